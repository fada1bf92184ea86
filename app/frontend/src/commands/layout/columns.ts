/** Which column each block stands in: as near to what it feeds as there is room. */

import { inOrder, type Net } from "./graph";

/** Links along which a block may stand below what leads to it, in the same column. */
export type Folded = ReadonlySet<string>;

/** The columns, from 0; `tallest` is how high one may be before blocks move to an earlier one. */
export function columnsOf(net: Net, folded: Folded, tallest: number, gap: number): Map<string, number> {
  const order = inOrder(net);
  const step = (from: string, to: string): number => (folded.has(to) && net.incoming.get(to)?.some((link) => link.from === from) ? 0 : 1);
  const earliest = new Map<string, number>();
  for (const id of order) earliest.set(id, Math.max(0, ...(net.incoming.get(id) ?? []).map((link) => (earliest.get(link.from) ?? 0) + step(link.from, id))));
  const column = new Map(earliest);
  const latest = (id: string): number => Math.min(...(net.outgoing.get(id) ?? []).map((link) => (column.get(link.to) ?? 0) - step(id, link.to)));
  for (const id of [...order].reverse()) if (net.outgoing.get(id)?.length) column.set(id, Math.max(earliest.get(id) ?? 0, latest(id)));
  relieve(net, column, tallest, gap, step);
  return column;
}

/** Move blocks out of columns that are too high, into earlier ones that have room. */
function relieve(net: Net, column: Map<string, number>, tallest: number, gap: number, step: (from: string, to: string) => number): void {
  const heights: number[] = [];
  for (const block of net.blocks) {
    const at = column.get(block.id) ?? 0;
    heights[at] = (heights[at] ?? -gap) + block.height + gap;
  }
  for (let tries = 0; tries < net.blocks.length; tries++) {
    const full = heights.findLastIndex((height) => (height ?? 0) > tallest);
    if (full < 0) return;
    let best: { id: string; to: number; cost: number; height: number } | null = null;
    for (const block of net.blocks) {
      if (column.get(block.id) !== full) continue;
      const least = Math.max(0, ...(net.incoming.get(block.id) ?? []).map((link) => (column.get(link.from) ?? 0) + step(link.from, block.id)));
      for (let to = full - 1; to >= least; to--) {
        const room = (heights[to] ?? -gap) + block.height + gap;
        if (room > tallest) continue;
        const wires = (net.outgoing.get(block.id)?.length ?? 0) - (net.incoming.get(block.id)?.length ?? 0);
        const cost = (full - to) * Math.max(wires, 0.25) + room / tallest / 4;
        if (!best || cost < best.cost) best = { id: block.id, to, cost, height: block.height };
      }
    }
    if (!best) {
      // Nothing can leave this column; those before it are looked at once it counts as low enough.
      heights[full] = -Infinity;
      continue;
    }
    column.set(best.id, best.to);
    heights[full] = (heights[full] ?? 0) - best.height - gap;
    heights[best.to] = (heights[best.to] ?? -gap) + best.height + gap;
  }
}
