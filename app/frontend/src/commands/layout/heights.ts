/** How high each slot of a column stands: near what it is wired to, in order, and nothing overlapping. */

import type { Slot } from "./ordering";

const ROUNDS = 14;
const MANY = 1200;
const PASSING = 5;

/** The tops of all slots. Each column in turn takes the places that are nearest to what its wires ask for. */
export function topsOf(columns: readonly Slot[][], gap: number): Map<Slot, number> {
  const tops = new Map<Slot, number>();
  const between = (one: Slot, other: Slot): number => one.height + (one.block && other.block ? gap : gap / 2);
  for (const list of columns) {
    const total = list.reduce((sum, slot, index) => sum + (list[index + 1] ? between(slot, list[index + 1] ?? slot) : slot.height), 0);
    let at = -total / 2;
    list.forEach((slot, index) => {
      tops.set(slot, at);
      const next = list[index + 1];
      if (next) at += between(slot, next);
    });
  }
  const rounds = tops.size > MANY ? ROUNDS / 2 : ROUNDS;
  for (let round = 0; round < rounds; round++)
    for (const list of round % 2 ? [...columns].reverse() : columns) {
      const last = round >= rounds - 2;
      const wishes = list.map((slot) => wish(slot, tops, last ? "both" : round % 2 ? "after" : "before"));
      settle(list, wishes, between).forEach((top, index) => {
        const slot = list[index];
        if (slot) tops.set(slot, top);
      });
    }
  return tops;
}

/** The top at which a slot's wires would be straight, and how strongly it is wished. */
function wish(slot: Slot, tops: ReadonlyMap<Slot, number>, side: "before" | "after" | "both"): { top: number; weight: number } {
  const both = [...slot.before, ...slot.after];
  // What a wire passes through keeps to the straight line between its ends, as the wire is drawn without a bend.
  const wanted = side === "both" || !slot.block ? both : slot[side];
  const ends = wanted.length ? wanted : both;
  const now = tops.get(slot) ?? 0;
  if (!ends.length) return { top: now, weight: 0.01 };
  const straight = ends.map((end) => (tops.get(end.slot) ?? 0) + end.there - end.here).sort((one, other) => one - other);
  const middle = straight.length >> 1;
  const median = straight.length % 2 ? (straight[middle] ?? now) : ((straight[middle - 1] ?? now) + (straight[middle] ?? now)) / 2;
  return { top: median, weight: wanted.length ? (slot.block ? 1 : PASSING) : 0.1 };
}

/** Least squares under an order: neighbours whose wishes collide move as one. */
function settle(list: readonly Slot[], wishes: readonly { top: number; weight: number }[], between: (one: Slot, other: Slot) => number): number[] {
  const offsets: number[] = [];
  const runs: { from: number; sum: number; weight: number }[] = [];
  list.forEach((slot, index) => {
    const previous = list[index - 1];
    const offset = previous ? (offsets[index - 1] ?? 0) + between(previous, slot) : 0;
    offsets.push(offset);
    const { top, weight } = wishes[index] ?? { top: 0, weight: 1 };
    let run = { from: index, sum: (top - offset) * weight, weight };
    for (let above = runs.at(-1); above && above.sum / above.weight > run.sum / run.weight; above = runs.at(-1)) {
      run = { from: above.from, sum: above.sum + run.sum, weight: above.weight + run.weight };
      runs.pop();
    }
    runs.push(run);
  });
  return runs.flatMap((run, index) => {
    const end = runs[index + 1]?.from ?? list.length;
    return offsets.slice(run.from, end).map((offset) => offset + run.sum / run.weight);
  });
}
