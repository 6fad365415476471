// Starts what a page asks for. `data-module="a b"` on an element starts the modules a and b for it, once,
// also for elements that a live region brings in later. The others serve the whole page.
import "./confirm-once.js";
import "./dialog.js";
import "./menu.js";
import "./relative-time.js";
import "./shortcuts.js";
import autosave from "./autosave.js";
import combobox from "./combobox.js";
import fill from "./fill.js";
import inbox from "./inbox.js";
import instant from "./instant.js";
import live from "./live.js";
import plan from "./plan.js";
import preview from "./preview.js";
import print from "./print.js";
import pulse from "./pulse.js";
import theme from "./theme.js";
import zone from "./zone.js";

const modules = { autosave, combobox, fill, inbox, instant, live, plan, preview, print, pulse, theme, zone };
const started = new WeakSet();

function start(root) {
  const elements = [...root.querySelectorAll("[data-module]")];
  if (root.matches?.("[data-module]")) elements.push(root);
  for (const element of elements) {
    if (started.has(element)) continue;
    started.add(element);
    for (const name of element.dataset.module.split(" ")) modules[name](element);
  }
}

start(document);
document.addEventListener("region:updated", (event) => start(event.target));

// A form that came back: what is to be mended first has the focus, also where it lies below the screen.
[...document.querySelectorAll(".is-invalid")].find((field) => field.checkVisibility())?.focus();
