// Single keys: / searches, n makes a new item, ? lists them. Off while typing, and off for those who say so.

const list = document.getElementById("shortcuts");
const box = list?.querySelector("[data-shortcuts-on]");
const OFF = "shortcuts=off";

function switchedOn() {
  return !document.cookie.split("; ").includes(OFF);
}

function press(event) {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog[open]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !switchedOn()) return;
  if (event.key === "/") document.getElementById("search").focus();
  else if (event.key === "n" && list.dataset.newUrl) location.assign(list.dataset.newUrl);
  else if (event.key === "?") list.showModal();
  else return;
  event.preventDefault();
}

if (list) {
  box.checked = switchedOn();
  box.addEventListener("change", () => {
    document.cookie = box.checked ? "shortcuts=; path=/; max-age=0" : `${OFF}; path=/; max-age=31536000; samesite=lax`;
  });
  document.addEventListener("keydown", press);
}
