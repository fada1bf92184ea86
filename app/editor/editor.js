// NiceGUI's element of the editor. The page begins it before NiceGUI's own scripts are there, so as a rule it finds it begun.
import { h } from "vue";
import { begin } from "noiseloom-editor";
export default { mounted: begin, render: () => h("span", { hidden: true }) };
