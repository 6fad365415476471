// A button that opens the browser's print dialogue.
export default function print(button) {
  button.addEventListener("click", () => window.print());
}
