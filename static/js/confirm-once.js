// A form is sent once: a second click does nothing until the page is shown again. Forms that answer with a
// file leave the page as it is and say data-repeatable.

function release(form) {
  form.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
  if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
  form.setAttribute("aria-busy", "true");
});
// Back and forward may show the page as it was left.
window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));
