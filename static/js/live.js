// Keeps a region fresh: asks for a version every few seconds while the page is in sight, and only when it
// changed fetches the region and morphs it. Never under the hands of somebody who is typing in it.
import { announce, clock, fill, words } from "./words.js";

const SECONDS = 7, SLOWEST = 60;
const bar = document.getElementById("offline");
let lastAnnounced = 0;

class Refused extends Error {} // signed out, or no longer allowed to see it

export async function get(address) {
  const response = await fetch(address, { redirect: "manual", headers: { "X-Live": "1" }, cache: "no-store" });
  if (response.type === "opaqueredirect" || (response.status >= 400 && response.status < 500)) throw new Refused();
  if (!response.ok) throw new Error(`answer ${response.status}`);
  return response;
}

function showBar(sentence) {
  bar.textContent = sentence;
  bar.hidden = !sentence;
}

function inUse(region) {
  if (region.querySelector("dialog[open]")) return true;
  return [...region.querySelectorAll("input, textarea")].some(
    (field) => field.type !== "hidden" && (field.value !== field.defaultValue || field.checked !== field.defaultChecked),
  );
}

function morph(region, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById(region.id) ?? page.body;
  window.Idiomorph.morph(region, fresh.innerHTML, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    callbacks: {
      // What the reader opened stays open.
      beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")),
    },
  });
  region.dispatchEvent(new CustomEvent("region:updated", { bubbles: true }));
  if ("liveQuiet" in region.dataset || Date.now() - lastAnnounced < 60_000) return;
  lastAnnounced = Date.now();
  announce(words.updated);
}

export default function live(region) {
  let version = region.dataset.version, wait = SECONDS, crossed = false, failedSince = "";

  async function look() {
    const response = await get(region.dataset.versionUrl);
    const latest = response.status === 204 ? version : (await response.text()).trim();
    if ((latest === version && !crossed) || inUse(region)) return;
    morph(region, await (await get(region.dataset.liveUrl)).text());
    version = latest;
    crossed = false;
  }

  async function turn() {
    if (!region.isConnected) return;
    try {
      if (!document.hidden) await look();
      if (failedSince) showBar("");
      [wait, failedSince] = [SECONDS, ""];
    } catch (error) {
      if (error instanceof Refused) return showBar(words.notUpdated);
      failedSince ||= clock();
      if (wait > SECONDS) showBar(fill(words.offline, { clock: failedSince }));
      wait = Math.min(wait * 2, SLOWEST);
    }
    setTimeout(turn, wait * (0.75 + Math.random() / 2) * 1000);
  }

  region.addEventListener("clock:crossed", () => (crossed = true));
  setTimeout(turn, wait * 1000 * Math.random());
}
