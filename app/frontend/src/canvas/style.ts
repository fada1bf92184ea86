/** The canvas's style sheet is in force before it is mounted. */
import css from "./canvas.css?inline";

const sheet = document.createElement("style");
sheet.textContent = css;
document.head.append(sheet);
