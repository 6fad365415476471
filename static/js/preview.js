// Sends a form that is being filled in to its own page, which shows in the part named by data-preview what
// would come of it. Nothing is saved by that; without a script a button does the same.
const PAUSE = 400;

export default function preview(form) {
  let timer, latest = 0;

  async function show() {
    const turn = ++latest, data = new FormData(form);
    data.set("preview", "1");
    const response = await fetch(form.action || location.href, { method: "POST", body: data });
    if (!response.ok || turn !== latest) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = document.getElementById(form.dataset.preview), fresh = page.getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show().catch(() => {}), PAUSE); // the button is there when the network is not
  });
}
