// The grid of a plan: arrow keys lead from box to box, and the mouse drawn over boxes ticks them like the first.
export default function plan(form) {
  const rows = () => [...form.querySelectorAll("tbody tr")].map((row) => [...row.cells].map(boxes));
  const boxes = (cell) => [...cell.querySelectorAll("input[type=checkbox]")];
  let isChanged = false, drawn = null;

  // The next box that way: first inside the cell, then in the nearest cell of the row or column that has any.
  function next(box, key) {
    const cell = box.closest("td"), table = rows();
    const row = [...form.querySelectorAll("tbody tr")].indexOf(cell.parentElement), column = cell.cellIndex;
    const place = boxes(cell).indexOf(box);
    if (key === "ArrowDown" || key === "ArrowUp") {
      const down = key === "ArrowDown";
      const near = boxes(cell)[place + (down ? 1 : -1)];
      if (near) return near;
      const column_cells = table.map((cells) => cells[column] ?? []);
      const way = down ? column_cells.slice(row + 1) : column_cells.slice(0, row).reverse();
      const found = way.find((cells) => cells.length);
      return found && (down ? found[0] : found.at(-1));
    }
    const way = { ArrowRight: table[row].slice(column + 1), ArrowLeft: table[row].slice(0, column).reverse(), Home: table[row], End: [...table[row]].reverse() }[key];
    const found = way?.find((cells) => cells.length);
    return found && (found[place] ?? found.at(-1));
  }

  form.addEventListener("keydown", (event) => {
    if (!event.target.matches("td input[type=checkbox]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const box = next(event.target, event.key);
    if (!box) return;
    event.preventDefault();
    box.focus();
  });

  const boxAt = (event) => event.target.closest?.(".plan-pill")?.querySelector("input[type=checkbox]");
  form.addEventListener("pointerdown", (event) => {
    const box = event.pointerType === "mouse" && event.button === 0 && boxAt(event);
    drawn = box ? { first: box, to: !box.checked, isMoving: false } : null;
  });
  form.addEventListener("pointerover", (event) => {
    const box = boxAt(event);
    if (!drawn || !event.buttons || !box || (box === drawn.first && !drawn.isMoving)) return;
    drawn.isMoving = true;
    for (const one of [drawn.first, box]) one.checked = drawn.to;
    isChanged = true;
  });
  // A press that ends where it began after having left it would turn the first box back.
  form.addEventListener("click", (event) => {
    if (drawn?.isMoving && event.target.closest(".plan-pill")) event.preventDefault();
    drawn = null;
  }, true);
  addEventListener("pointerup", () => setTimeout(() => (drawn = null)));
  form.addEventListener("dragstart", (event) => event.preventDefault());

  form.addEventListener("change", () => (isChanged = true));
  form.addEventListener("submit", () => (isChanged = false));
  addEventListener("beforeunload", (event) => isChanged && event.preventDefault());
}
