/** Changing the width of a card, or the size of a frame. */

import { batch } from "../document/operations";
import type { CanvasContext } from "./context";
import { groupBox } from "./frames";
import type { Point } from "./handle";
import { attempt } from "./linking";
import { NARROWEST, WIDEST } from "./metrics";
import { decorating, GRID, placing } from "./moving";

export interface Resizing {
  move(by: Point): void;
  end(): void;
  cancel(): void;
}

const snapped = (value: number, least: number, most: number): number => Math.min(Math.max(Math.round(value / GRID) * GRID, least), most);

export function beginResize(context: CanvasContext, node: string | null, frame: { list: "groups" | "notes"; id: string } | null): Resizing | null {
  const { scene, editor } = context;
  const cancel = (): void => void (scene.resized.value = null);
  if (node) {
    const box = scene.boxOf(node);
    return {
      move: (by) => (scene.resized.value = { ...box, key: node, width: snapped(box.width + by.x, NARROWEST, WIDEST) }),
      end() {
        const width = scene.resized.value?.width;
        cancel();
        if (width) attempt(editor, () => editor.edit(batch(placing(context, new Map([[node, { ...scene.placeOf(node), width }]]))), "resize"));
      },
      cancel,
    };
  }
  if (!frame) return null;
  const group = scene.groups.value.find((entry) => entry.id === frame.id);
  const box = frame.list === "notes" ? context.noteBoxes.value.get(frame.id) : group && groupBox(scene, group);
  if (!box) return null;
  const key = `${frame.list}:${frame.id}`;
  return {
    move: (by) =>
      (scene.resized.value = { key, x: box.x, y: box.y, width: snapped(box.width + by.x, 96, 8192), height: snapped(box.height + by.y, 48, 8192) }),
    end() {
      const now = scene.resized.value;
      cancel();
      const operation = now && decorating(context, frame.list, frame.id, { x: now.x, y: now.y, width: now.width, height: now.height });
      if (operation) attempt(editor, () => editor.edit(operation, "resize"));
    },
    cancel,
  };
}
