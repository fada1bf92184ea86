// What NiceGUI registers as the element; the bundle comes through the page's import map and shares its Vue.
import { NoiseloomEditor } from "noiseloom-editor";
export default NoiseloomEditor;
