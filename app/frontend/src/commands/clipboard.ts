/** Copy, cut, paste and duplicate. What is copied is text; it is also kept here, for where the browser's clipboard may not be read. */

import type { Point } from "../canvas/handle";
import { clipOf, isEmpty, pasteClip, readClip, type Clip, type Pasting } from "./clip";
import { removeAll } from "./composing";
import { named, type Desk } from "./desk";
import { arrange } from "./layout";
import { graphInPicture } from "./picture";

export interface Clipboard {
  copy(): void;
  cut(): void;
  paste(wires: boolean): Promise<void>;
  duplicate(wires: boolean): void;
  /** The browser's own events; whether they were ours. */
  copied(event: ClipboardEvent): boolean;
  pasted(event: ClipboardEvent, wires: boolean): boolean;
  /** A text or a file that was dropped; whether it was a graph. */
  takeText(text: string, wires: boolean, at?: Point): boolean;
  takePicture(file: Blob, at?: Point): Promise<boolean>;
}

const SHIFT = 32;

export function createClipboard(desk: Desk): Clipboard {
  const { editor } = desk;
  let kept = "";
  /** How often the same clip was pasted at the same place: each copy stands a little aside. */
  let last = { text: "", x: 0, y: 0, times: 0 };

  const chosen = (): Clip =>
    clipOf(editor.level.value, { nodes: desk.nodes(), frames: desk.frames() }, (id) => desk.canvas.value?.placeOf(id) ?? { x: 0, y: 0 });

  function take(clip: Clip): string {
    kept = JSON.stringify(clip, null, 1);
    return kept;
  }

  function remove(): void {
    const nodes = desk.nodes();
    if (desk.editPinned(removeAll(desk.context(), { nodes, frames: desk.frames() }), `cut ${named(nodes)}`)) desk.select([]);
  }

  function put(clip: Clip, at: Pasting["at"], wires: boolean, word: string): boolean {
    const handle = desk.canvas.value;
    const how: Pasting = { at, wires, arrange: (level) => arrange(level, () => ({ width: 220, height: 160 })) };
    if (handle) how.sizeOf = (id) => (editor.level.value.nodes?.[id] ? handle.sizeOf(id) : { width: 220, height: 140 });
    const { operations, nodes, frames } = pasteClip(desk.context(), clip, how);
    if (!desk.editPinned(operations, `${word} ${nodes.length === 1 ? `'${nodes[0]}'` : nodes.length ? `${nodes.length} nodes` : "a frame"}`)) return false;
    desk.select(nodes, frames);
    return true;
  }

  function takeText(text: string, wires: boolean, at?: Point): boolean {
    const clip = readClip(text);
    if (!clip || isEmpty(clip)) return false;
    const middle = at ?? desk.canvas.value?.pointer() ?? { x: 0, y: 0 };
    const same = last.text === text && Math.hypot(last.x - middle.x, last.y - middle.y) < 4;
    last = { text, ...middle, times: same ? last.times + 1 : 0 };
    const aside = last.times * SHIFT;
    return put(clip, { middle: { x: middle.x + aside, y: middle.y + aside } }, wires, "paste");
  }

  async function takePicture(file: Blob, at?: Point): Promise<boolean> {
    const text = await graphInPicture(file);
    if (text !== null && takeText(text, false, at)) return true;
    editor.notify({ level: "warning", text: "This picture carries no graph. Pictures that Noiseloom saved do, unless another program saved them again." });
    return false;
  }

  return {
    copy() {
      const clip = chosen();
      if (!isEmpty(clip)) void navigator.clipboard?.writeText(take(clip)).catch(() => undefined);
    },
    cut() {
      const clip = chosen();
      if (isEmpty(clip)) return;
      void navigator.clipboard?.writeText(take(clip)).catch(() => undefined);
      remove();
    },
    async paste(wires) {
      let text = kept;
      try {
        text = (await navigator.clipboard.readText()) || kept;
      } catch {
        // Not allowed to read: what was copied on this page is still known.
      }
      if (!takeText(text, wires) && !(kept && takeText(kept, wires))) editor.notify({ level: "info", text: "There is no graph on the clipboard." });
    },
    duplicate(wires) {
      const clip = chosen();
      if (!isEmpty(clip)) put(clip, { by: { x: SHIFT, y: SHIFT } }, wires, "duplicate");
    },
    copied(event) {
      const clip = chosen();
      if (isEmpty(clip) || !event.clipboardData) return false;
      event.clipboardData.setData("text/plain", take(clip));
      if (event.type === "cut") remove();
      return true;
    },
    pasted(event, wires) {
      const picture = [...(event.clipboardData?.files ?? [])].find((file) => file.type === "image/png");
      if (picture) {
        void takePicture(picture);
        return true;
      }
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (takeText(text, wires)) return true;
      if (text.trimStart().startsWith("{")) editor.notify({ level: "warning", text: "This text is not a graph of Noiseloom." });
      return false;
    },
    takeText,
    takePicture,
  };
}
