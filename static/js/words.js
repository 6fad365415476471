// The sentences that scripts speak, in the language of the page: data attributes of <template id="words">.

export const words = document.getElementById("words").dataset;

/** Puts values into the {gaps} of a sentence. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}

/** The time of day as "14:05", in the zone of the browser. */
export function clock(date = new Date()) {
  return `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
}

/** Tells a screen reader politely; what is on the screen says the same. */
export function announce(sentence) {
  document.getElementById("announcer").textContent = sentence;
}
