/** Moving nodes and frames: where they go while the pointer moves, and the one edit at the end. */

import { contextOf, moveTo } from "../commands/composing";
import { loosePlaces } from "../commands/places";
import { batch, type Operation } from "../document/operations";
import type { FrameJson, Json } from "../document/types";
import type { CanvasContext, Guide } from "./context";
import { carried, groupBox } from "./frames";
import { around, grown, touches, type Box } from "./geometry";
import type { Point } from "./handle";
import { attempt } from "./linking";

export const GRID = 8;
const PULL = 6;

export interface Moving {
  move(by: Point, snap: boolean): void;
  end(): void;
  cancel(): void;
}

const plain = (place: FrameJson): { [key: string]: Json } => JSON.parse(JSON.stringify(place)) as { [key: string]: Json };

/** What puts nodes at places, and writes down where those stand that had none. */
export function placing({ editor, scene }: CanvasContext, points: ReadonlyMap<string, Point & { width?: number }>): Operation[] {
  const context = contextOf(editor);
  return moveTo(context, { ...loosePlaces(context, scene), ...Object.fromEntries(points) });
}

export function decorating(context: CanvasContext, list: "groups" | "notes", id: string, change: Partial<FrameJson>): Operation | null {
  const frame = context.editor.level.value.view?.[list]?.find((entry) => entry.id === id);
  return frame ? { do: "decorate", at: context.editor.path.value, what: list, id, value: { ...plain(frame), ...plain({ id, ...change }) } } : null;
}

/** Begin to move what is selected. */
export function beginMove(context: CanvasContext): Moving {
  const { editor, scene, viewport } = context;
  const nodes = new Set([...editor.selected.nodes.value].filter((id) => scene.items.value.has(id)));
  const frames = new Map<string, Box>();
  for (const group of scene.groups.value)
    if (editor.selected.frames.value.has(`groups:${group.id}`)) {
      for (const id of carried(scene, group)) nodes.add(id);
      if (typeof group.x === "number" && typeof group.width === "number") frames.set(`groups:${group.id}`, groupBox(scene, group));
    }
  for (const note of scene.notes.value) {
    const box = context.noteBoxes.value.get(note.id);
    if (editor.selected.frames.value.has(`notes:${note.id}`) && box) frames.set(`notes:${note.id}`, box);
  }
  const starts = new Map<string, Box>([...[...nodes].map((id) => [id, scene.boxOf(id)] as const), ...frames]);
  const whole = around(starts.values());
  const near = grown(viewport.shown(), 200);
  const others = [...scene.items.value.keys()].filter((id) => !nodes.has(id)).map((id) => scene.boxOf(id)).filter((box) => touches(box, near));
  let moved = false;

  function end(): void {
    const points = new Map([...nodes].map((id) => [id, scene.dragged.get(id) ?? scene.placeOf(id)]));
    const operations: Operation[] = nodes.size ? placing(context, points) : [];
    for (const key of frames.keys()) {
      const point = scene.dragged.get(key);
      const [list, ...rest] = key.split(":");
      const change = point && decorating(context, list as "groups" | "notes", rest.join(":"), { x: Math.round(point.x), y: Math.round(point.y) });
      if (change) operations.push(change);
    }
    // Before the edit, what is shown is what was dragged; after it, what the document says: the same.
    if (moved && operations.length) attempt(editor, () => editor.edit(batch(operations), "drag:move"));
    cancel();
  }
  function cancel(): void {
    scene.dragged.clear();
    scene.stirred.value++;
    context.guides.value = [];
  }
  return {
    move(by, snap) {
      if (!whole) return;
      moved = true;
      const box = { ...whole, x: whole.x + by.x, y: whole.y + by.y };
      const pull = snap ? aligned(box, others, PULL / viewport.view.value.zoom) : { x: 0, y: 0, guides: [] };
      context.guides.value = pull.guides;
      scene.stirred.value++;
      for (const [key, start] of starts) scene.dragged.set(key, { x: start.x + by.x + pull.x, y: start.y + by.y + pull.y });
    },
    end,
    cancel,
  };
}

type Axis = "x" | "y";

/** How far to shift a box so that it lines up with another, or else with the grid. */
function aligned(box: Box, others: readonly Box[], within: number): Point & { guides: Guide[] } {
  const across = nearest(box, others, "x", within);
  const down = nearest(box, others, "y", within);
  const shift = {
    x: across?.by ?? Math.round(box.x / GRID) * GRID - box.x,
    y: down?.by ?? Math.round(box.y / GRID) * GRID - box.y,
  };
  const placed = { ...box, x: box.x + shift.x, y: box.y + shift.y };
  const guides: Guide[] = [];
  if (across) guides.push({ x: across.line, from: Math.min(placed.y, across.other.y), to: Math.max(placed.y + box.height, across.other.y + across.other.height) });
  if (down) guides.push({ y: down.line, from: Math.min(placed.x, down.other.x), to: Math.max(placed.x + box.width, down.other.x + down.other.width) });
  return { ...shift, guides };
}

function nearest(box: Box, others: readonly Box[], axis: Axis, within: number): { by: number; line: number; other: Box } | null {
  const lines = (one: Box): number[] => {
    const size = axis === "x" ? one.width : one.height;
    return [one[axis], one[axis] + size / 2, one[axis] + size];
  };
  let best: { by: number; line: number; other: Box } | null = null;
  const own = lines(box);
  for (const other of others)
    lines(other).forEach((line, index) => {
      const by = line - (own[index] ?? 0);
      if (Math.abs(by) < (best ? Math.abs(best.by) : within)) best = { by, line, other };
    });
  return best;
}
