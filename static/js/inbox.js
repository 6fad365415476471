// Shows urgent messages that this browser has not shown yet, on whatever page, and plays a tone for who wants it.
import { get } from "./live.js";

const SHOWN_AT_ONCE = 3;
const place = document.getElementById("toasts");

function tone() {
  const audio = new AudioContext();
  const volume = new GainNode(audio, { gain: 0.15 });
  volume.connect(audio.destination);
  [660, 880].forEach((frequency, turn) => {
    const voice = new OscillatorNode(audio, { frequency });
    voice.connect(volume);
    voice.start(audio.currentTime + turn * 0.2);
    voice.stop(audio.currentTime + turn * 0.2 + 0.15);
    if (turn) voice.addEventListener("ended", () => audio.close());
  });
}

place.addEventListener("click", (event) => event.target.closest("[data-toast-close]")?.parentElement.remove());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.target.closest("dialog, input, select, textarea")) place.lastElementChild?.remove();
});

export default function inbox(region) {
  const name = `toasted-${region.dataset.reader}`;
  const shown = () => Number(localStorage.getItem(name) ?? 0);

  function show(root) {
    const last = shown();
    const fresh = [...root.querySelectorAll("[data-toast]")].filter((toast) => toast.dataset.toast > last);
    if (!fresh.length) return;
    localStorage.setItem(name, Math.max(...fresh.map((toast) => Number(toast.dataset.toast))));
    for (const toast of fresh.reverse()) place.append(toast.firstElementChild.cloneNode(true));
    while (place.children.length > SHOWN_AT_ONCE) place.firstElementChild.remove();
    if ("sound" in region.dataset) tone();
  }

  region.addEventListener("region:updated", () => show(region));
  if (region.querySelector("[data-newest-urgent]").dataset.newestUrgent > shown())
    get(region.dataset.liveUrl)
      .then((response) => response.text())
      .then((html) => show(new DOMParser().parseFromString(html, "text/html")), () => {}); // the live region asks again
}
