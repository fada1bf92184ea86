/** How good a layout is to look at: how large it can be shown, and how much of its wires lies behind cards. */

import { hiddenPart } from "../../canvas/avoiding";
import { routeBetween } from "../../canvas/paths";
import type { Box } from "../../canvas/geometry";
import type { Link, Placed, Net } from "./graph";

/** What a wire that is hidden all the way costs, and one that goes back, as shares of the size. */
const HIDDEN = 0.16;
const BACK = 0.012;
const LENGTH = 0.006;

/** The boxes of all blocks where they are placed. */
function boxesOf(net: Net, places: ReadonlyMap<string, Placed>): Map<string, Box> {
  return new Map(net.blocks.map((block) => [block.id, { ...(places.get(block.id) ?? { x: 0, y: 0 }), width: block.width, height: block.height }]));
}

/** The cost of all wires, as a share of the size of the whole. */
export function wiring(net: Net, places: ReadonlyMap<string, Placed>, scale: number): number {
  const boxes = boxesOf(net, places);
  const list = [...boxes];
  let cost = 0;
  for (const links of net.outgoing.values())
    for (const link of links) {
      const source = boxes.get(link.from);
      const target = boxes.get(link.to);
      if (source && target) cost += HIDDEN * hidden(link, source, target, list) + LENGTH * (Math.abs(target.x - source.x - source.width) + Math.abs(target.y - source.y)) / scale;
      if (source && target && target.x < source.x + source.width) cost += BACK;
    }
  return cost;
}

/** What a wire costs that lies behind cards it has nothing to do with. */
function hidden(link: Link, source: Box, target: Box, boxes: readonly (readonly [string, Box])[]): number {
  const from = { x: source.x + source.width, y: source.y + link.out };
  const to = { x: target.x, y: target.y + link.into };
  const route = routeBetween(from, to, source, target);
  const others = boxes.filter(([id]) => id !== link.from && id !== link.to).map(([, box]) => box);
  const part = hiddenPart(route, others);
  // Going behind a card at all, or around it, is what irritates, more than for how long.
  return part ? 0.2 + 0.6 * part : 0;
}
