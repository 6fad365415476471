// Asks now and then whether the engine still runs, while the page is in sight. A server that does not answer is
// told of elsewhere.
const SECONDS = 20;

export default function pulse(place) {
  setInterval(async () => {
    if (document.hidden) return;
    const response = await fetch(place.dataset.url, { redirect: "manual", cache: "no-store" }).catch(() => null);
    if (response?.ok) place.innerHTML = await response.text();
  }, SECONDS * 1000);
}
