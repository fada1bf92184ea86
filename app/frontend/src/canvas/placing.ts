/** Places for nodes that have none: columns by longest path, ordered so that few wires cross. */

import { parseReference, references } from "../document/references";
import type { LevelJson } from "../document/types";
import type { Point, Size } from "./handle";

const COLUMN_GAP = 44;
const ROW_GAP = 24;

export function placed(level: LevelJson, sizeOf: (id: string) => Size): Record<string, Point> {
  const nodes = level.nodes ?? {};
  const ids = Object.keys(nodes);
  const sources = new Map(
    ids.map((id) => [
      id,
      Object.values(nodes[id]?.inputs ?? {})
        .flatMap((wires) => references(wires))
        .map((text) => parseReference(text).node)
        .filter((source) => source in nodes),
    ]),
  );
  const targets = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const [id, list] of sources) for (const source of list) targets.get(source)?.push(id);
  const columnOf = columns(ids, sources, targets);
  const lists: string[][] = [];
  for (const id of ids) (lists[columnOf.get(id) ?? 0] ??= []).push(id);
  order(lists, sources, targets);
  return spread(lists, sources, targets, sizeOf);
}

/** As late as what needs a node allows, so that wires are short. */
function columns(ids: string[], sources: Map<string, string[]>, targets: Map<string, string[]>): Map<string, number> {
  const first = new Map<string, number>();
  const left = new Map(ids.map((id) => [id, sources.get(id)?.length ?? 0]));
  const queue = ids.filter((id) => !left.get(id));
  for (const id of queue) {
    const column = Math.max(0, ...(sources.get(id) ?? []).map((source) => (first.get(source) ?? 0) + 1));
    first.set(id, column);
    for (const target of targets.get(id) ?? []) {
      const count = (left.get(target) ?? 1) - 1;
      left.set(target, count);
      if (!count) queue.push(target);
    }
  }
  for (const id of [...queue].reverse()) {
    const next = (targets.get(id) ?? []).map((target) => first.get(target) ?? 0);
    if (next.length) first.set(id, Math.max(first.get(id) ?? 0, Math.min(...next) - 1));
  }
  return first;
}

function order(lists: string[][], sources: Map<string, string[]>, targets: Map<string, string[]>): void {
  const rank = new Map<string, number>();
  const note = (list: string[]): void => list.forEach((id, index) => rank.set(id, index - list.length / 2));
  lists.forEach(note);
  for (let sweep = 0; sweep < 8; sweep++) {
    const side = sweep % 2 ? targets : sources;
    for (const list of sweep % 2 ? [...lists].reverse() : lists) {
      const mean = (id: string): number => {
        const others = side.get(id) ?? [];
        const sum = others.reduce((total, other) => total + (rank.get(other) ?? 0), 0);
        return others.length ? sum / others.length : (rank.get(id) ?? 0);
      };
      const means = new Map(list.map((id) => [id, mean(id)]));
      list.sort((one, other) => (means.get(one) ?? 0) - (means.get(other) ?? 0));
      note(list);
    }
  }
}

function spread(
  lists: string[][],
  sources: Map<string, string[]>,
  targets: Map<string, string[]>,
  sizeOf: (id: string) => Size,
): Record<string, Point> {
  const found: Record<string, Point> = {};
  const sizes = new Map(lists.flat().map((id) => [id, sizeOf(id)]));
  const heightOf = (id: string): number => sizes.get(id)?.height ?? 0;
  let x = 0;
  for (const list of lists) {
    const total = list.reduce((sum, id) => sum + heightOf(id) + ROW_GAP, -ROW_GAP);
    let y = -total / 2;
    for (const id of list) {
      found[id] = { x, y };
      y += heightOf(id) + ROW_GAP;
    }
    x += Math.max(...list.map((id) => sizes.get(id)?.width ?? 0)) + COLUMN_GAP;
  }
  for (let sweep = 0; sweep < 6; sweep++)
    for (const list of sweep % 2 ? lists : [...lists].reverse()) settle(list, found, heightOf, (id) => [...(sources.get(id) ?? []), ...(targets.get(id) ?? [])]);
  for (const point of Object.values(found)) {
    point.x = Math.round(point.x / 8) * 8;
    point.y = Math.round(point.y / 8) * 8;
  }
  return found;
}

/** Move the nodes of a column towards what they are wired to, in order and without overlap. */
function settle(
  list: string[],
  found: Record<string, Point>,
  heightOf: (id: string) => number,
  others: (id: string) => string[],
): void {
  const centre = (id: string): number => (found[id]?.y ?? 0) + heightOf(id) / 2;
  const wanted = list.map((id) => {
    const near = others(id);
    return (near.length ? near.reduce((sum, other) => sum + centre(other), 0) / near.length : centre(id)) - heightOf(id) / 2;
  });
  const tops = [...wanted];
  for (let index = 1; index < list.length; index++)
    tops[index] = Math.max(tops[index] ?? 0, (tops[index - 1] ?? 0) + heightOf(list[index - 1] ?? "") + ROW_GAP);
  const drift = list.length ? tops.reduce((sum, top, index) => sum + top - (wanted[index] ?? 0), 0) / list.length : 0;
  list.forEach((id, index) => {
    const point = found[id];
    if (point) point.y = (tops[index] ?? 0) - drift;
  });
}
