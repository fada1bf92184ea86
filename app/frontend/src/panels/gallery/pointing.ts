/** From a result or a line of the log to the node on the canvas. */

import { inject, nextTick } from "vue";
import { canvasKey } from "../../canvas/handle";
import { levelAt } from "../../document/apply";
import { useEditor } from "../../state/editor";

export interface Pointing {
  /** Whether the open document has a node at that path. */
  has(path: string): boolean;
  /** Go to its level, select it and bring it into view. */
  show(path: string): Promise<void>;
}

export function usePointing(): Pointing {
  const editor = useEditor();
  const canvas = inject(canvasKey, null);
  const parts = (path: string): [string, string] => [path.slice(0, Math.max(0, path.lastIndexOf("/"))), path.slice(path.lastIndexOf("/") + 1)];
  const has = (path: string): boolean => {
    const [at, id] = parts(path);
    return id in (levelAt(editor.document.value, at)?.nodes ?? {});
  };
  return {
    has,
    async show(path) {
      if (!has(path)) return;
      const [at, id] = parts(path);
      const moves = editor.path.value !== at;
      editor.path.value = at;
      await nextTick();
      editor.selected.nodes.value = new Set([id]);
      editor.selected.wires.value = new Set();
      editor.selected.frames.value = new Set();
      await nextTick();
      if (moves) canvas?.value?.fit([id]);
      else canvas?.value?.reveal([id]);
    },
  };
}
