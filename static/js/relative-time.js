// Keeps "in 12 min" true: every 20 s, the same words as handover/queries/words.py.
// A clock that comes near or runs out changes its state, and says so by the event "clock:crossed".
import { fill, words } from "./words.js";

const MINUTE = 60, HOUR = 3600, DAY = 86400;

function span(seconds) {
  if (seconds < HOUR) return fill(words.minutes, { minutes: Math.floor(seconds / MINUTE) });
  if (seconds >= DAY) return fill(words.days, { days: Math.floor(seconds / DAY) });
  const hours = Math.floor(seconds / HOUR), minutes = Math.floor((seconds % HOUR) / MINUTE);
  return fill(minutes ? words.hoursMinutes : words.hours, { hours, minutes });
}

export function relative(seconds) {
  const whole = Math.trunc(seconds);
  if (Math.abs(whole) < MINUTE) return words.now;
  return fill(whole > 0 ? words.in : words.ago, { span: span(Math.abs(whole)) });
}

function refreshClock(chip, seconds) {
  const state = seconds <= 0 ? "broken" : seconds <= chip.dataset.soon * MINUTE ? "soon" : "running";
  if (chip.dataset.state === state) return;
  chip.dataset.state = state;
  chip.dispatchEvent(new CustomEvent("clock:crossed", { bubbles: true }));
}

function refresh() {
  for (const element of document.querySelectorAll("[data-rel]")) {
    const seconds = (Date.parse(element.closest("time").dateTime) - Date.now()) / 1000;
    const text = relative(seconds);
    if (element.textContent !== text) element.textContent = text;
    const chip = element.closest(".clock");
    if (chip) refreshClock(chip, seconds);
  }
}

setInterval(refresh, 20_000);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
