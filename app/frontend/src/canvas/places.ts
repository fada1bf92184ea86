/** Places for the nodes that the document gives none. They are shown, not written, until a person moves something. */

import { computed, type ComputedRef } from "vue";
import { arrange } from "../commands/layout";
import type { LevelJson } from "../document/types";
import type { Editor } from "../state/editor";
import { around } from "./geometry";
import type { Point, PortEnd } from "./handle";
import { HEADER } from "./metrics";
import type { Item } from "./scene";

export function createPlaces(editor: Editor, items: ComputedRef<ReadonlyMap<string, Item>>): ComputedRef<ReadonlyMap<string, Point>> {
  let wiring: unknown[] = [];
  let earlier: ReadonlyMap<string, Point> = new Map();
  return computed(() => {
    const level = editor.level.value;
    const lacking = [...items.value.values()].filter((item) => typeof item.place.x !== "number" || typeof item.place.y !== "number");
    if (!lacking.length) return NONE;
    // A changed parameter must not lay the graph out anew: only nodes, wires and what is placed count.
    const now = [...items.value.values()].flatMap((item) => [item.id, item.node.inputs, item.place]);
    if (now.length === wiring.length && now.every((part, index) => part === wiring[index])) return earlier;
    wiring = now;
    earlier = find(level, items.value, lacking);
    return earlier;
  });
}

const ASPECT = 1.75;
const NONE: ReadonlyMap<string, Point> = new Map();

/** How far below the top of its card a port is; null stands for the first. */
export function portHeight(items: ReadonlyMap<string, Item>, id: string, side: PortEnd["side"], port: string | null): number {
  const shape = items.get(id)?.shape;
  const spots = side === "input" ? shape?.inputs : shape?.outputs;
  return (port === null ? spots?.values().next().value : spots?.get(port))?.y ?? HEADER;
}

function find(level: LevelJson, items: ReadonlyMap<string, Item>, lacking: Item[]): ReadonlyMap<string, Point> {
  const sizeOf = (id: string): { width: number; height: number } => {
    const shape = items.get(id)?.shape;
    return { width: shape?.width ?? 0, height: shape?.height ?? 0 };
  };
  const nodes = Object.fromEntries(lacking.map((item) => [item.id, item.node]));
  const points = arrange(level, sizeOf, { only: Object.keys(nodes), aspect: ASPECT, portAt: (...port) => portHeight(items, ...port) });
  const boxes = Object.entries(points).map(([id, point]) => ({ ...point, ...sizeOf(id) }));
  const taken = around(
    [...items.values()]
      .filter((item) => !(item.id in nodes))
      .map((item) => ({ x: item.place.x ?? 0, y: item.place.y ?? 0, ...sizeOf(item.id) })),
  );
  const own = around(boxes);
  if (!own) return NONE;
  const shift = taken ? { x: taken.x - own.x, y: taken.y + taken.height + 40 - own.y } : { x: -own.x, y: -own.y };
  return new Map(Object.entries(points).map(([id, point]) => [id, { x: point.x + shift.x, y: point.y + shift.y }]));
}
