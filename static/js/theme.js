// Changes the colours at once, without a new page, so that nothing that was typed is lost.

export default function theme(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
    if (chosen.value) document.documentElement.dataset.bsTheme = chosen.value;
    else delete document.documentElement.dataset.bsTheme;
    await fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" }).catch(() => {});
  });
}
