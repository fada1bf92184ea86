/** The style of all widgets, in force before the first of them is mounted. */
import rules from "./widgets.css?inline";

const sheet = document.createElement("style");
sheet.textContent = rules;
document.head.append(sheet);
