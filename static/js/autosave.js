// Saves a form while it is being written: 3 s after the last change and when a field is left. Says when it
// did, or since when it could not; asks before the page is left with unsaved text. Keeps nothing in the browser.
import { clock, fill, words } from "./words.js";

const PAUSE = 3, SLOWEST = 60;

export default function autosave(form) {
  const status = form.querySelector("[data-autosave-status]") ?? form.appendChild(document.createElement("p"));
  status.classList.add("saved-state");
  status.setAttribute("role", "status");
  let timer, wait = PAUSE, dirty = false, stopped = false, saving = false, unsavedSince = "", sendAfter = null, goOn = null;

  function say(state, sentence) {
    status.dataset.state = state;
    status.textContent = sentence;
  }

  function later(seconds) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, seconds * 1000);
  }

  function saved(answer) {
    if (answer.version && form.elements.version) form.elements.version.value = answer.version;
    [wait, unsavedSince] = [PAUSE, ""];
    if (!dirty) say("saved", fill(words.saved, { clock: answer.saved_at ?? clock() }));
  }

  function refused(response) {
    const signedOut = response.type === "opaqueredirect" || response.status === 401 || response.status === 403;
    const sentence = signedOut ? words.signedOut : response.status === 409 ? words.conflict : words.notValid;
    stopped = response.status !== 400; // what is not valid yet may become so while the text is being written
    say(response.status === 409 ? "conflict" : "unsaved", sentence);
  }

  async function save() {
    if (!dirty || saving || stopped) return;
    clearTimeout(timer);
    [dirty, saving] = [false, true];
    say("saving", words.saving);
    try {
      const request = { method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Autosave": "1" } };
      const response = await fetch(form.dataset.autosaveUrl, request);
      if (response.ok) saved(response.status === 204 ? {} : await response.json());
      else if (response.status >= 500) throw new Error(`answer ${response.status}`);
      else {
        dirty = true;
        refused(response);
      }
    } catch {
      dirty = true;
      unsavedSince ||= clock();
      say("unsaved", fill(words.notSaved, { clock: unsavedSince }));
      wait = Math.min(wait * 2, SLOWEST);
      later(wait);
    } finally {
      saving = false;
      if (sendAfter) form.requestSubmit(sendAfter);
      if (goOn && !dirty) goOn.requestSubmit();
      goOn = null;
    }
  }

  form.addEventListener("input", () => {
    dirty = true;
    later(wait);
  });
  form.addEventListener("focusout", (event) => event.relatedTarget?.type !== "submit" && save());
  // Pressing Save also leaves the field: the real submission waits for that save, or it would conflict with it.
  form.addEventListener("submit", (event) => {
    if (saving) {
      event.preventDefault();
      sendAfter = event.submitter;
      return;
    }
    [dirty, stopped] = [false, true];
  });
  // A form that goes on with what was typed here waits until that is saved; where it cannot be, it stays.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-after-autosave]") || stopped || !(dirty || saving)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    goOn = event.target;
    save();
  }, true);
  window.addEventListener("pageshow", () => ([stopped, sendAfter] = [false, null]));
  window.addEventListener("beforeunload", (event) => (dirty || saving) && event.preventDefault());
}
