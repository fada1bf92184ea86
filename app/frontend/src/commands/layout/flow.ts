/** One connected part, from left to right, as compact as the window's shape asks for. */

import { columnsOf, type Folded } from "./columns";
import { netOf, type Block, type Link, type Net, type Placed } from "./graph";
import { topsOf } from "./heights";
import { wiring } from "./judging";
import { reduceCrossings, slotsOf, type Slot } from "./ordering";

export interface FlowOptions {
  /** Width by height of where it is to be seen. */
  aspect: number;
  column: number;
  row: number;
  /** How many times as many layouts are looked at as where the graph is to be shown at once. */
  effort?: number;
}

export interface Flow {
  places: Map<string, Placed>;
  width: number;
  height: number;
}

const MOST_TRIED = 60;
/** The height of what a laptop's window shows with all of its text, and what it costs to be twice as high. */
const READ = 960;
const UNREAD = 2;
/** How many layouts are looked at, times the blocks in each, so that a graph is shown at once. */
const EFFORT = 600;

/** Places for blocks that hang together; of several tries the one that looks best. */
export function flow(blocks: readonly Block[], links: readonly Link[], options: FlowOptions): Flow {
  const net = netOf(blocks, links);
  const area = blocks.reduce((sum, block) => sum + (block.width + options.column) * (block.height + options.row), 0);
  const tall = Math.sqrt(area / options.aspect);
  const none: Folded = new Set();
  if (blocks.length > MOST_TRIED) return attempt(net, columnsOf(net, none, Math.max(tall * 1.3, 900), options.row), none, options);
  const judged = (column: Columns, folded: Folded): Try => {
    const found = attempt(net, column, folded, options);
    const scale = Math.max(found.width / options.aspect, found.height);
    return { column, folded, found, cost: scale / tall + UNREAD * Math.max(0, scale / READ - 1) + wiring(net, found.places, tall) };
  };
  const tries = [none, ...foldingsOf(net)].flatMap((folded) =>
    [tall, tall * 1.25, tall * 1.6].map((height) => judged(columnsOf(net, folded, height, options.row), folded)),
  );
  tries.sort((one, other) => one.cost - other.cost);
  const budget = EFFORT / Math.max(blocks.length, 1) / BEGINNINGS;
  let best = tries
    .slice(0, BEGINNINGS)
    .map((start) => climbed(net, start, judged, budget))
    .reduce((one, other) => (other.cost < one.cost ? other : one));
  const chance = randomly();
  for (let turn = 1; turn < (options.effort ?? 1); turn++) {
    const from = tries[chance(tries.length)];
    const found = climbed(net, shaken(net, turn % 4 || !from ? best : from, judged, chance), judged, EFFORT);
    if (found.cost < best.cost) best = found;
  }
  return best.found;
}

/** Some blocks in other columns, to come away from what cannot be bettered by moving one. */
function shaken(net: Net, start: Try, judged: (column: Columns, folded: Folded) => Try, chance: (below: number) => number): Try {
  let { column } = start;
  const kicks = 2 + chance(5);
  for (let kick = 0; kick < kicks; kick++) {
    const block = net.blocks[chance(net.blocks.length)];
    column = (block && moved(net, { ...start, column }, block.id, [-2, -1, 1, 2][chance(4)] ?? 1)) ?? column;
  }
  return judged(column, start.folded);
}

/** Numbers that look random and are the same every time. */
function randomly(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const BEGINNINGS = 2;
type Columns = ReadonlyMap<string, number>;

interface Try {
  column: Columns;
  folded: Folded;
  found: Flow;
  cost: number;
}

/** Move one block, or one with all that it alone leads to, to another column as long as that looks better. */
function climbed(net: Net, start: Try, judged: (column: Columns, folded: Folded) => Try, budget: number): Try {
  let best = start;
  let left = budget;
  for (let better = true; better && left > 0; ) {
    better = false;
    for (const block of net.blocks)
      for (const step of [-1, 1, -2, 2]) {
        const column = moved(net, best, block.id, step);
        if (!column || left-- <= 0) continue;
        const tried = judged(column, best.folded);
        if (tried.cost >= best.cost - 0.002) continue;
        best = tried;
        better = true;
      }
  }
  return best;
}

/** The columns with one block elsewhere; null where that would turn a wire around. */
function moved(net: Net, { column, folded }: Try, id: string, step: number): Columns | null {
  const to = (column.get(id) ?? 0) + step;
  if (to < 0) return null;
  const least = (from: string, into: string): number => (folded.has(into) && net.incoming.get(into)?.some((link) => link.from === from) ? 0 : 1);
  const early = (net.incoming.get(id) ?? []).some((link) => (column.get(link.from) ?? 0) + least(link.from, id) > to);
  const late = (net.outgoing.get(id) ?? []).some((link) => to + least(id, link.to) > (column.get(link.to) ?? 0));
  if (early || late) return null;
  return new Map(column).set(id, to);
}

/** Which blocks may stand below what leads to them: ends first, then those that only one block leads to. */
function foldingsOf(net: Net): Folded[] {
  const single = net.blocks.filter((block) => net.incoming.get(block.id)?.length === 1);
  const ends = single.filter((block) => !net.outgoing.get(block.id)?.length).map((block) => block.id);
  const early = single
    .filter((block) => {
      const [link] = net.incoming.get(block.id) ?? [];
      return link && !net.incoming.get(link.from)?.length && net.outgoing.get(block.id)?.length === 1;
    })
    .map((block) => block.id);
  const found: string[][] = [];
  if (ends.length) found.push(ends);
  if (early.length) found.push(early);
  if (ends.length && early.length) found.push([...ends, ...early]);
  return found.map((ids) => new Set(ids));
}

function attempt(net: Net, column: Columns, folded: Folded, options: FlowOptions): Flow {
  const columns = slotsOf(net, column);
  reduceCrossings(columns);
  keepBelow(columns, net, folded);
  const tops = topsOf(columns, options.row);
  closeUp(columns, net, folded, tops, options.row);
  const sizes = new Map(net.blocks.map((block) => [block.id, block]));
  const places = new Map<string, Placed>();
  let x = 0;
  for (const list of columns) {
    const blocks = list.filter((slot) => slot.block);
    if (!blocks.length) continue;
    const widest = Math.max(0, ...blocks.map((slot) => sizes.get(slot.id)?.width ?? 0));
    for (const slot of blocks) places.set(slot.id, { x: x + (widest - (sizes.get(slot.id)?.width ?? 0)) / 2, y: tops.get(slot) ?? 0 });
    x += widest + options.column;
  }
  const top = Math.min(...[...places.values()].map((place) => place.y));
  const bottom = Math.max(...net.blocks.map((block) => (places.get(block.id)?.y ?? 0) + block.height));
  for (const place of places.values()) place.y -= top;
  return { places, width: x - options.column, height: bottom - top };
}

/** No room is left between a block and what stands below it because it leads there. */
function closeUp(columns: ReturnType<typeof slotsOf>, net: Net, folded: Folded, tops: Map<Slot, number>, gap: number): void {
  for (const list of columns)
    list.forEach((slot, index) => {
      const above = list[index - 1];
      const source = net.incoming.get(slot.id)?.[0]?.from;
      if (above && folded.has(slot.id) && (above.id === source || folded.has(above.id)) && list.some((other) => other.id === source))
        tops.set(slot, (tops.get(above) ?? 0) + above.height + gap);
    });
}

/** Blocks that stand in one column with what leads to them stand right below it. */
function keepBelow(columns: ReturnType<typeof slotsOf>, net: Net, folded: Folded): void {
  for (const list of columns)
    for (const id of folded) {
      const from = list.findIndex((slot) => slot.id === id);
      const source = net.incoming.get(id)?.[0]?.from;
      if (from < 0 || !list.some((slot) => slot.id === source)) continue;
      const [slot] = list.splice(from, 1);
      let at = list.findIndex((other) => other.id === source) + 1;
      while (list[at] && folded.has(list[at]?.id ?? "") && net.incoming.get(list[at]?.id ?? "")?.[0]?.from === source) at++;
      if (slot) list.splice(at, 0, slot);
    }
}
