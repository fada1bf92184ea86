import "./theme.css";

export { default as NoiseloomEditor } from "./Editor.vue";
