/** The order of blocks within their columns, so that few wires cross. */

import type { Link, Net } from "./graph";

/** A block, or a place that a long wire goes through. */
export interface Slot {
  id: string;
  column: number;
  height: number;
  /** The ends of its wires in the columns before and after, each with where it meets this slot. */
  before: End[];
  after: End[];
  block: boolean;
}

export interface End {
  slot: Slot;
  here: number;
  there: number;
}

const WIRE = 6;
const SWEEPS = 24;
const MANY = 1200;

/** The columns as lists of slots, with a slot in every column that a wire passes. */
export function slotsOf(net: Net, column: ReadonlyMap<string, number>): Slot[][] {
  const slots = new Map<string, Slot>();
  const columns: Slot[][] = [];
  const add = (slot: Slot): Slot => {
    (columns[slot.column] ??= []).push(slot);
    return slot;
  };
  for (const block of net.blocks)
    slots.set(block.id, add({ id: block.id, column: column.get(block.id) ?? 0, height: block.height, before: [], after: [], block: true }));
  const passing = new Map<string, Slot>();
  for (const links of net.outgoing.values()) for (const link of links) thread(link, slots, passing, add);
  for (let index = 0; index < columns.length; index++) columns[index] ??= [];
  return columns;
}

/** Lead a wire through the columns; wires of one output share their places. */
function thread(link: Link, slots: ReadonlyMap<string, Slot>, passing: Map<string, Slot>, add: (slot: Slot) => Slot): void {
  const start = slots.get(link.from);
  const end = slots.get(link.to);
  if (!start || !end || end.column <= start.column) return;
  let last = start;
  let leaves = link.out;
  for (let column = start.column + 1; column < end.column; column++) {
    const key = `${link.from}@${link.out}:${column}`;
    let slot = passing.get(key);
    if (!slot) {
      slot = add({ id: key, column, height: WIRE, before: [], after: [], block: false });
      passing.set(key, slot);
      slot.before.push({ slot: last, here: WIRE / 2, there: leaves });
      last.after.push({ slot, here: leaves, there: WIRE / 2 });
    }
    last = slot;
    leaves = WIRE / 2;
  }
  last.after.push({ slot: end, here: leaves, there: link.into });
  end.before.push({ slot: last, here: link.into, there: leaves });
}

/** Sort the columns in place; the best of many sweeps is kept. */
export function reduceCrossings(columns: Slot[][]): void {
  const place = new Map<Slot, number>();
  const note = (list: Slot[]): void => list.forEach((slot, index) => place.set(slot, index));
  first(columns);
  columns.forEach(note);
  let best = columns.map((list) => [...list]);
  let least = crossings(columns, place);
  const sweeps = columns.reduce((sum, list) => sum + list.length, 0) > MANY ? 4 : SWEEPS;
  for (let sweep = 0; sweep < sweeps && least > 0; sweep++) {
    const side = sweep % 2 ? "after" : "before";
    for (const list of sweep % 2 ? [...columns].reverse() : columns) {
      const wanted = new Map(list.map((slot) => [slot, mean(slot[side], place) ?? place.get(slot) ?? 0]));
      list.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0));
      note(list);
    }
    const count = crossings(columns, place);
    if (count < least) {
      least = count;
      best = columns.map((list) => [...list]);
    }
  }
  best.forEach((list, index) => columns[index]?.splice(0, list.length, ...list));
}

/** Where the ends of wires are, counted in slots; which port they meet decides between neighbours. */
function mean(ends: readonly End[], place: ReadonlyMap<Slot, number>): number | null {
  if (!ends.length) return null;
  let sum = 0;
  for (const end of ends) sum += (place.get(end.slot) ?? 0) + end.there / (end.slot.height + 1);
  return sum / ends.length;
}

/** Begin with the order in which the last blocks ask for what they need, port after port. */
function first(columns: Slot[][]): void {
  const rank = new Map<Slot, number>();
  const ends = columns.flat().filter((slot) => !slot.after.length);
  const stack = [...ends].sort((one, other) => other.column - one.column).reverse();
  for (let slot = stack.pop(); slot; slot = stack.pop()) {
    if (rank.has(slot)) continue;
    rank.set(slot, rank.size);
    stack.push(...[...slot.before].sort((one, other) => other.here - one.here).map((end) => end.slot));
  }
  for (const list of columns) list.sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
}

/** How many pairs of wires cross between neighbouring columns, counted with a tree of sums. */
function crossings(columns: readonly Slot[][], place: ReadonlyMap<Slot, number>): number {
  let count = 0;
  for (const list of columns) {
    const ends = list.flatMap((slot) =>
      [...slot.after]
        .sort((one, other) => one.here - other.here)
        .map((end) => (place.get(end.slot) ?? 0) + end.there / (end.slot.height + 1)),
    );
    const sorted = [...new Set(ends)].sort((one, other) => one - other);
    const rank = new Map(sorted.map((value, index) => [value, index + 1]));
    const sums = new Array<number>(sorted.length + 1).fill(0);
    ends.forEach((value, seen) => {
      const at = rank.get(value) ?? 1;
      let below = 0;
      for (let index = at; index > 0; index -= index & -index) below += sums[index] ?? 0;
      count += seen - below;
      for (let index = at; index < sums.length; index += index & -index) sums[index] = (sums[index] ?? 0) + 1;
    });
  }
  return count;
}
