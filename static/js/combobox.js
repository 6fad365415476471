// Offers what fits while one types into a text field: <input data-module="combobox" data-url="…">. The address
// answers `?q=` with <li role="option" data-value="…"> elements. Choosing one puts its value into the field and
// shows the option below it; an option with data-opens="id" opens that <details> instead ("new customer").
import { announce, fill, words } from "./words.js";

const PAUSE = 250;
let count = 0;

function element(tag, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export default function combobox(input) {
  const id = `combobox-${++count}`;
  const box = element("div", { class: "combobox" });
  const list = element("ul", { class: "combobox-list", role: "listbox", id, hidden: "", "aria-label": input.labels[0]?.textContent.trim() ?? "" });
  const shown = input.nextElementSibling; // what the page says is chosen already
  const chosen = shown?.matches(".combobox-chosen") ? shown : element("div", { class: "combobox-chosen" });
  chosen.setAttribute("role", "status");
  input.replaceWith(box);
  box.append(input, list);
  box.after(chosen);
  for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-controls": id, "aria-expanded": "false", "aria-autocomplete": "list" }))
    input.setAttribute(name, value);
  let timer, asked = 0, options = [], active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function point(index) {
    active = (index + options.length) % options.length;
    options.forEach((option, position) => option.setAttribute("aria-selected", String(position === active)));
    input.setAttribute("aria-activedescendant", options[active].id);
    options[active].scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    close();
    const opens = document.getElementById(option.dataset.opens);
    if (opens) {
      opens.open = true;
      const text = input.value.trim();
      const field = opens.querySelector(/^[+\d\s().-]+$/.test(text) ? "input[name$=phone]" : "input[name$=name]");
      field.value ||= text; // what was searched for is not typed twice
      return field.focus();
    }
    input.value = option.dataset.value;
    chosen.innerHTML = option.innerHTML;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function ask() {
    const turn = ++asked, text = input.value.trim();
    if (!text) return close();
    const response = await fetch(`${input.dataset.url}?${new URLSearchParams({ q: text })}`, { redirect: "error" }).catch(() => null);
    if (turn !== asked || !response?.ok || document.activeElement !== input) return;
    list.innerHTML = await response.text();
    options = [...list.querySelectorAll('[role="option"]')];
    options.forEach((option, position) => (option.id = `${id}-${position}`));
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    announce(options.length ? fill(words.results, { count: options.length }) : words.noResults);
  }

  input.addEventListener("input", () => {
    chosen.replaceChildren();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") point(active + 1);
    else if (event.key === "ArrowUp") point(active < 0 ? -1 : active - 1);
    else if (event.key === "Enter" && active >= 0) choose(options[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => event.target.closest('[role="option"]') && choose(event.target.closest('[role="option"]')));
  input.addEventListener("blur", close);
}
