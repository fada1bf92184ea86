/** One connected part, from left to right, as compact as the window's shape asks for. */

import { columnsOf, type Folded } from "./columns";
import { netOf, type Block, type Link, type Net, type Placed } from "./graph";
import { topsOf } from "./heights";
import { reduceCrossings, slotsOf, type Slot } from "./ordering";

export interface FlowOptions {
  /** Width by height of where it is to be seen. */
  aspect: number;
  column: number;
  row: number;
}

export interface Flow {
  places: Map<string, Placed>;
  width: number;
  height: number;
}

const MOST_TRIED = 60;

/** Places for blocks that hang together; of several tries the one that can be seen largest. */
export function flow(blocks: readonly Block[], links: readonly Link[], options: FlowOptions): Flow {
  const net = netOf(blocks, links);
  const area = blocks.reduce((sum, block) => sum + (block.width + options.column) * (block.height + options.row), 0);
  const tall = Math.sqrt(area / options.aspect);
  if (blocks.length > MOST_TRIED) return attempt(net, new Set(), Math.max(tall * 1.3, 900), options);
  const foldings = [new Set<string>(), ...foldingsOf(net)];
  let best: Flow | null = null;
  let least = Infinity;
  for (const folded of foldings)
    for (const height of [tall, tall * 1.25, tall * 1.6]) {
      const tried = attempt(net, folded, height, options);
      const scale = Math.max(tried.width / options.aspect, tried.height);
      const cost = scale * (folded.size ? 1.05 + 0.015 * folded.size : 1);
      if (cost < least - 0.5) {
        least = cost;
        best = tried;
      }
    }
  return best ?? attempt(net, new Set(), tall, options);
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

function attempt(net: Net, folded: Folded, tallest: number, options: FlowOptions): Flow {
  const column = columnsOf(net, folded, tallest, options.row);
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
