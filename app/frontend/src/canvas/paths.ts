/** The way of a wire between two ports. */

import type { Point } from "./handle";

/** How far the curve goes straight out of a port. */
export function reach(from: Point, to: Point): number {
  const across = to.x - from.x;
  if (across >= 0) return Math.min(Math.max(across * 0.5, 24), 180);
  return Math.min(48 - across * 0.35 + Math.abs(to.y - from.y) * 0.1, 260);
}

export function bezier(from: Point, to: Point): string {
  const out = reach(from, to);
  return `M${from.x} ${from.y}C${from.x + out} ${from.y} ${to.x - out} ${to.y} ${to.x} ${to.y}`;
}

/** The point at a part of the way. */
export function along(from: Point, to: Point, part: number): Point {
  const out = reach(from, to);
  const rest = 1 - part;
  const mix = (a: number, b: number, c: number, d: number): number =>
    a * rest ** 3 + 3 * b * rest ** 2 * part + 3 * c * rest * part ** 2 + d * part ** 3;
  return { x: mix(from.x, from.x + out, to.x - out, to.x), y: mix(from.y, from.y, to.y, to.y) };
}

/** How far a point is from the curve, roughly. */
export function distance(from: Point, to: Point, at: Point): number {
  let least = Infinity;
  for (let step = 0; step <= 24; step++) {
    const point = along(from, to, step / 24);
    least = Math.min(least, Math.hypot(point.x - at.x, point.y - at.y));
  }
  return least;
}
