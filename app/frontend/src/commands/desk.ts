/** What all commands work on, and what most of them need. */

import type { ShallowRef } from "vue";
import type { CanvasHandle } from "../canvas/handle";
import { Refused } from "../document/apply";
import { batch, type Operation } from "../document/operations";
import { join } from "../document/references";
import type { Editor } from "../state/editor";
import type { Shell } from "../state/shell";
import { contextOf, type Context } from "./composing";
import { boxOf, pin, type Box } from "./places";

export interface Desk {
  readonly editor: Editor;
  readonly canvas: ShallowRef<CanvasHandle | null>;
  readonly shell: Shell;
  context(): Context;
  /** The selected nodes that are there. */
  nodes(): string[];
  frames(): string[];
  wires(): string[];
  /** The one selected node, or null. */
  single(): string | null;
  /** The selected nodes, or all of the level where none is. */
  chosen(): string[];
  boxes(ids: readonly string[]): Map<string, Box>;
  paths(ids: readonly string[]): string[];
  select(nodes: Iterable<string>, frames?: Iterable<string>): void;
  /** Edit as one step; says why where it is refused. Whether it was done. */
  edit(operations: Operation[], label: string): boolean;
  /** The same, with the places of all nodes that have none so far. */
  editPinned(operations: Operation[], label: string): boolean;
}

export function createDesk(editor: Editor, canvas: ShallowRef<CanvasHandle | null>, shell: Shell): Desk {
  const there = (id: string): boolean => Boolean(editor.level.value.nodes?.[id]);
  const nodes = (): string[] => [...editor.selected.nodes.value].filter(there);
  const context = (): Context => contextOf(editor);
  function edit(operations: Operation[], label: string): boolean {
    if (!operations.length) return false;
    try {
      editor.edit(batch(operations), label);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      editor.notify({ level: "warning", text: error.message });
      return false;
    }
  }
  return {
    editor,
    canvas,
    shell,
    context,
    nodes,
    frames: () => [...editor.selected.frames.value],
    wires: () => [...editor.selected.wires.value],
    single: () => (nodes().length === 1 ? (nodes()[0] ?? null) : null),
    chosen: () => (nodes().length ? nodes() : Object.keys(editor.level.value.nodes ?? {})),
    boxes(ids) {
      const handle = canvas.value;
      return new Map(handle ? ids.map((id) => [id, boxOf(handle, id)]) : []);
    },
    paths: (ids) => ids.map((id) => join(editor.path.value, id)),
    select(chosen, frames = []) {
      editor.selected.nodes.value = new Set(chosen);
      editor.selected.wires.value = new Set();
      editor.selected.frames.value = new Set(frames);
    },
    edit,
    editPinned: (operations, label) => operations.length > 0 && edit([...pin(context(), canvas.value), ...operations], label),
  };
}

/** "heun", or "3 nodes". */
export const named = (ids: readonly string[]): string => (ids.length === 1 ? `'${ids[0]}'` : `${ids.length} nodes`);
