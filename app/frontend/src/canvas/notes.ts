/** Where notes are. One without a place of its own stands at the edge of the graph where it covers nothing, or above it. */

import type { Editor } from "../state/editor";
import { hasBox } from "./frames";
import { around, grown, holds, type Box } from "./geometry";
import type { Size } from "./handle";
import { along } from "./paths";
import type { Scene } from "./scene";

const WIDTHS = [360, 300, 480, 640];
const LINE = 27;
const LETTERS = 0.094;
const GAP = 24;
const STEP = 16;
const SAMPLES = 20;
/** Above this many nodes a place above the graph is good enough. */
const MANY = 120;

/** How high a note of this width is for its text, roughly: as large as letters become when all of a graph is in view. */
export function noteHeight(text: string, width: number): number {
  const letters = Math.max(8, (width - 30) * LETTERS);
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0);
  return Math.round(lines * LINE + 26);
}

/** A function that gives the boxes of all notes; while something is dragged, what has no place of its own stays. */
export function createNotes(editor: Editor, scene: Scene): () => ReadonlyMap<string, Box> {
  let earlier: ReadonlyMap<string, Box> = new Map();
  return () => {
    const found = new Map<string, Box>();
    const { dragged } = scene;
    for (const note of editor.level.value.view?.notes ?? []) {
      const key = `notes:${note.id}`;
      const resized = scene.resized.value;
      const moved = dragged.get(key);
      const width = note.width ?? WIDTHS[0] ?? 0;
      const height = note.height ?? noteHeight(note.text ?? "", width);
      const before = dragged.size ? earlier.get(note.id) : undefined;
      if (resized?.key === key) found.set(note.id, resized);
      else if (hasBox(note)) found.set(note.id, { x: moved?.x ?? note.x ?? 0, y: moved?.y ?? note.y ?? 0, width, height });
      else if (before) found.set(note.id, { ...before, ...moved });
      else found.set(note.id, freePlace(scene, [...found.values()], sizes(note.text ?? "", note.width)));
    }
    earlier = found;
    return found;
  };
}

const sizes = (text: string, width: number | undefined): Size[] =>
  (width ? [width] : WIDTHS).map((wide) => ({ width: wide, height: noteHeight(text, wide) }));

/** The place right above or below the cards where the whole grows least and no wire is covered; the widths are as they come. */
function freePlace(scene: Scene, notes: readonly Box[], wanted: readonly Size[]): Box {
  const boxes = [...[...scene.items.value.keys()].map((id) => scene.boxOf(id)), ...notes];
  const graph = around(boxes) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [first = { width: 0, height: 0 }] = wanted;
  let best: Box = { x: graph.x, y: graph.y - (boxes.length ? GAP : 0) - first.height, ...first };
  if (!boxes.length || boxes.length > MANY) return best;
  let least = first.height + GAP;
  const consider = (place: Box, growth: number): void => {
    if (growth >= least - STEP || crossed(scene, place)) return;
    least = growth;
    best = place;
  };
  for (const size of wanted)
    for (let x = graph.x; x + size.width <= graph.x + graph.width; x += STEP) {
      const column = boxes.filter((box) => box.x < x + size.width + GAP && box.x + box.width > x - GAP);
      const above = Math.min(...column.map((box) => box.y)) - GAP - size.height;
      if (column.length) consider({ x, y: Math.min(above, graph.y), ...size }, graph.y - Math.min(above, graph.y));
      const below = Math.max(...column.map((box) => box.y + box.height)) + GAP;
      if (column.length) consider({ x, y: below, ...size }, Math.max(0, below + size.height - graph.y - graph.height) + STEP);
    }
  return best;
}

/** Whether a wire goes through here. */
function crossed(scene: Scene, box: Box): boolean {
  const near = grown(box, GAP / 2);
  return [...scene.wires.value.values()].some((wire) => {
    const route = scene.routeOf(wire);
    return Array.from({ length: SAMPLES }, (_, step) => along(route, step / SAMPLES)).some((at) => holds(near, at));
  });
}
