// A time that one types is "at another time": typing chooses it, so that the choice beside it never hides it.
export default function instant(box) {
  const typed = box.querySelector("input[type=datetime-local]");
  typed.addEventListener("input", () => (box.querySelector("input[type=radio][value=at]").checked = true));
}
