/** Going to a node: its level is entered, it is selected and brought into view. */

import { inject, nextTick } from "vue";
import { canvasKey } from "../../canvas/handle";
import { levelAt } from "../../document/apply";
import { useEditor } from "../../state/editor";

/** A function that shows the node at a path of the document. */
export function useGoing(): (path: string) => void {
  const editor = useEditor();
  const canvas = inject(canvasKey, { value: null });
  return (path) => {
    const steps = path.split("/");
    const id = steps.pop() ?? "";
    const at = steps.join("/");
    if (!levelAt(editor.document.value, at)?.nodes?.[id]) return;
    editor.path.value = at;
    editor.selected.nodes.value = new Set([id]);
    editor.selected.wires.value = new Set();
    editor.selected.frames.value = new Set();
    void nextTick(() => canvas.value?.fit([id]));
  };
}
