/** Places of nodes as operations: those that a person moves, and those that had none so far. */

import type { CanvasHandle, Point } from "../canvas/handle";
import type { Operation } from "../document/operations";
import { bounds, changePlaces, moveTo, type Context } from "./composing";

export interface Box extends Point {
  width: number;
  height: number;
}

export const boxOf = (canvas: CanvasHandle, id: string): Box => ({ ...canvas.placeOf(id), ...canvas.sizeOf(id) });

type Standing = Pick<CanvasHandle, "placeOf">;

/** Where the nodes stand that have no place in the document. */
export function loosePlaces(context: Context, canvas: Standing): Record<string, Point> {
  const known = context.level.view?.nodes ?? {};
  const loose = Object.keys(context.level.nodes ?? {}).filter((id) => known[id]?.x === undefined);
  return Object.fromEntries(loose.map((id) => [id, canvas.placeOf(id)]));
}

/** What writes that down, so that adding another moves none of them. */
export const pin = (context: Context, canvas: Standing | null): Operation[] => (canvas ? moveTo(context, loosePlaces(context, canvas)) : []);

export type Edge = "left" | "right" | "top" | "bottom" | "centre" | "middle";

/** The places at which these boxes are aligned. */
export function aligned(boxes: ReadonlyMap<string, Box>, edge: Edge): Record<string, Point> {
  const all = bounds([...boxes.values()]);
  const place = ({ x, y, width, height }: Box): Point => {
    if (edge === "left") return { x: all.x, y };
    if (edge === "right") return { x: all.x + all.width - width, y };
    if (edge === "centre") return { x: all.x + (all.width - width) / 2, y };
    if (edge === "top") return { x, y: all.y };
    if (edge === "bottom") return { x, y: all.y + all.height - height };
    return { x, y: all.y + (all.height - height) / 2 };
  };
  return Object.fromEntries([...boxes].map(([id, box]) => [id, place(box)]));
}

/** The places at which the gaps between these boxes are all as wide; the first and the last stay. */
export function distributed(boxes: ReadonlyMap<string, Box>, along: "x" | "y"): Record<string, Point> {
  const length = along === "x" ? "width" : "height";
  const sorted = [...boxes].sort(([, one], [, other]) => one[along] - other[along]);
  const first = sorted[0]?.[1];
  const last = sorted.at(-1)?.[1];
  if (!first || !last) return {};
  const filled = sorted.reduce((sum, [, box]) => sum + box[length], 0);
  const gap = (last[along] + last[length] - first[along] - filled) / Math.max(1, sorted.length - 1);
  let next = first[along];
  const found: Record<string, Point> = {};
  for (const [id, box] of sorted) {
    found[id] = { x: box.x, y: box.y, [along]: next };
    next += box[length] + gap;
  }
  return found;
}

/** Set or take away one thing that the view keeps of nodes. */
export const setPlaceKey = (
  context: Context,
  ids: readonly string[],
  key: "collapsed" | "colour",
  value: boolean | string | null,
): Operation[] =>
  changePlaces(context, ids, (place) => {
    const { [key]: _, ...rest } = place;
    return value === null || value === false ? rest : { ...rest, [key]: value };
  });
