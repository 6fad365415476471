// Opens a <dialog> from a button or a link that names it; without this script a link still shows it (:target).

document.querySelectorAll("button[data-dialog-open][hidden]").forEach((button) => (button.hidden = false));

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (!opener) return;
  event.preventDefault();
  opener.closest("details.menu")?.removeAttribute("open");
  document.getElementById(opener.dataset.dialogOpen).showModal();
});
