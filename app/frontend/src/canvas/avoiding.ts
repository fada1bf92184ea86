/** Wires that do not run behind cards they have nothing to do with, where there is a way between. */

import { grown, holds, touches, type Box } from "./geometry";
import type { Point } from "./handle";
import { along, extent, routeBetween, type Route } from "./paths";

const SAMPLES = 28;
const RIM = 3;
/** How far from a card's edge a wire goes along it: the middle of the gap that the layout leaves. */
const CLEAR = 12;

/** How much of a wire lies behind these cards, from 0 to 1. */
export function hiddenPart(route: Route, boxes: readonly Box[]): number {
  const room = extent(route);
  const near = boxes.filter((box) => touches(box, room)).map((box) => grown(box, RIM));
  if (!near.length) return 0;
  let count = 0;
  for (let step = 1; step < SAMPLES; step++) {
    const at = along(route, step / SAMPLES);
    if (near.some((box) => holds(box, at))) count++;
  }
  return count / (SAMPLES - 1);
}

/** The way of a wire between two cards: the plain curve, or a lane past what is in its way. */
export function routeAround(from: Point, to: Point, source: Box, target: Box, others: readonly Box[]): Route {
  const plain = routeBetween(from, to, source, target);
  const worst = hiddenPart(plain, others);
  if (!worst || to.x - from.x < 4 * CLEAR) return plain;
  const room = grown(extent(plain), 2 * CLEAR);
  const lanes = others
    .filter((box) => touches(box, room))
    .flatMap((box) => [box.y - CLEAR, box.y + box.height + CLEAR])
    .sort((one, other) => detour(one, from, to) - detour(other, from, to));
  const free = lanes.map((lane): Route => ({ from, to, lane })).find((route) => !hiddenPart(route, others));
  return free && detour(free.lane ?? 0, from, to) < FARTHEST ? free : plain;
}

const FARTHEST = 420;
const detour = (lane: number, from: Point, to: Point): number => Math.abs(lane - from.y) + Math.abs(lane - to.y) - Math.abs(from.y - to.y);
