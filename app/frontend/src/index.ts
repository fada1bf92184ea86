/** The style sheet is in force before anything is mounted: nodes are measured when they are first drawn. */
import theme from "./theme.css?inline";

const sheet = document.createElement("style");
sheet.textContent = theme;
document.head.append(sheet);

export { default as NoiseloomEditor } from "./Editor.vue";
