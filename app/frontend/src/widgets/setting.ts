/** Changes of a parameter as edits of the document: a drag is one step of the history. */

import { onBeforeUnmount } from "vue";
import type { Operation } from "../document/operations";
import { batch } from "../document/operations";
import type { Json } from "../document/types";
import { useEditor } from "../state/editor";

export interface Setting {
  /** While it is being changed; at most ten times a second it becomes an edit. */
  preview(nodes: string | readonly string[], name: string, value: Json): void;
  commit(nodes: string | readonly string[], name: string, value: Json): void;
  reset(nodes: string | readonly string[], name: string): void;
}

const PAUSE = 100;

/** How fields of this component change nodes of the level that is shown. */
export function useSetting(): Setting {
  const editor = useEditor();
  let waiting: (() => void) | null = null;
  let timer = 0;
  let dragged = "";
  let gesture = "";

  function edit(nodes: string | readonly string[], change: (id: string, at: string) => Operation, label: string): void {
    const at = editor.path.value;
    try {
      editor.edit(batch([nodes].flat().map((id) => change(id, at))), label);
    } catch (refusal) {
      editor.notify({ level: "warning", text: refusal instanceof Error ? refusal.message : String(refusal) });
    }
  }
  function flush(): void {
    timer = 0;
    const next = waiting;
    waiting = null;
    if (!next) return;
    next();
    timer = window.setTimeout(flush, PAUSE);
  }
  function settle(nodes: string | readonly string[], name: string): string {
    clearTimeout(timer);
    timer = 0;
    waiting = null;
    const label = dragged === `${nodes}:${name}` ? gesture : "";
    dragged = "";
    return label;
  }
  // what was last shown is kept when a card leaves the view in the middle of a drag
  onBeforeUnmount(() => {
    flush();
    clearTimeout(timer);
  });

  return {
    preview(nodes, name, value) {
      const what = `${nodes}:${name}`;
      if (dragged !== what) gesture = `drag:${name}#${crypto.randomUUID()}`;
      dragged = what;
      const label = gesture;
      waiting = () => edit(nodes, (id, at) => ({ do: "set", at, id, name, value }), label);
      if (!timer) flush();
    },
    commit: (nodes, name, value) =>
      edit(nodes, (id, at) => ({ do: "set", at, id, name, value }), settle(nodes, name)),
    reset: (nodes, name) => edit(nodes, (id, at) => ({ do: "reset", at, id, name }), settle(nodes, name)),
  };
}
