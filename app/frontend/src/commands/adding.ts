import type { Point } from "../canvas/handle";
import { rememberType } from "../state/recent";
import { addNode } from "./composing";
import type { Desk } from "./desk";
import { freeId, takenIds } from "./naming";
import type { Box } from "./places";

/** Add a node of this type where it was dropped, and select it; its name, or null where it was refused. */
export function addAt(desk: Desk, type: string, at: Point): string | null {
  const id = freeId(type, takenIds(desk.editor.level.value));
  if (!desk.editPinned(addNode(desk.context(), id, { type }, at), `add '${id}'`)) return null;
  desk.select([id]);
  rememberType(type);
  return id;
}

/** Add a node of this type in the middle of what is shown, free of others, and select it. */
export function addInView(desk: Desk, type: string): void {
  const canvas = desk.canvas.value;
  const middle = canvas?.toGraph({ x: window.innerWidth / 2 - 104, y: window.innerHeight / 2 - 60 }) ?? { x: 0, y: 0 };
  const boxes = [...desk.boxes(Object.keys(desk.editor.level.value.nodes ?? {})).values()];
  const id = addAt(desk, type, clear(middle, boxes));
  if (id !== null) requestAnimationFrame(() => desk.canvas.value?.reveal([id]));
}

const ROOM = { width: 208, height: 160, gap: 32 };

/** The point, or as far below it as a card needs to stand free. */
function clear(at: Point, boxes: readonly Box[]): Point {
  const { width, height, gap } = ROOM;
  const hit = boxes.find((box) => box.x < at.x + width + gap && at.x < box.x + box.width + gap && box.y < at.y + height && at.y < box.y + box.height + gap);
  return hit ? clear({ x: at.x, y: hit.y + hit.height + gap }, boxes) : at;
}
