import { createApp } from "vue";
import Editor from "./Editor.vue";
import "./theme.css";

/** Show the editor in the page's place for it, once: whoever comes first, the page's own script or NiceGUI's element. */
export function begin(): void {
  const place = document.getElementById("noiseloom");
  if (place && !place.hasChildNodes()) createApp(Editor).mount(place);
}
