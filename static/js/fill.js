// Makes a button of each user name of the demo: it fills the sign-in form, and one more press signs in.
export default function fill(section) {
  const form = document.querySelector("form:has([name=username])");
  if (!form) return;
  for (const name of section.querySelectorAll("[data-fill-username]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary btn-sm";
    button.textContent = name.dataset.fillUsername;
    button.addEventListener("click", () => {
      form.elements.username.value = name.dataset.fillUsername;
      form.elements.password.value = section.dataset.fillPassword;
      form.querySelector(".btn-primary").focus();
    });
    name.replaceWith(button);
  }
}
