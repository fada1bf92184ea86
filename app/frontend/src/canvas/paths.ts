/** The way of a wire between two ports: a curve, or where it must go back a lane between the two cards. */

import type { Box } from "./geometry";
import type { Point } from "./handle";

export interface Route {
  from: Point;
  to: Point;
  /** The height at which a wire that goes back runs between its cards; null for a plain curve. */
  lane: number | null;
}

const TURN = 18;
const CORNER = 14;

export function routeBetween(from: Point, to: Point, source: Box | null, target: Box | null): Route {
  if (!source || !target || to.x - from.x > -TURN) return { from, to, lane: null };
  if (target.y >= source.y + source.height + 12) return { from, to, lane: (source.y + source.height + target.y) / 2 };
  if (source.y >= target.y + target.height + 12) return { from, to, lane: (target.y + target.height + source.y) / 2 };
  return { from, to, lane: null };
}

/** How far the curve goes straight out of a port. */
function reach({ from, to }: Route): number {
  const across = to.x - from.x;
  if (across >= 0) return Math.min(Math.max(across * 0.5, 24), 180);
  return Math.min(48 - across * 0.35 + Math.abs(to.y - from.y) * 0.1, 260);
}

/** How far left and right of its ports a wire may lie. */
export const spread = (route: Route): number => (route.lane === null ? reach(route) : TURN + 2);

/** The corners of a wire that goes back. */
function corners({ from, to, lane }: Route): Point[] {
  const y = lane ?? from.y;
  return [from, { x: from.x + TURN, y: from.y }, { x: from.x + TURN, y }, { x: to.x - TURN, y }, { x: to.x - TURN, y: to.y }, to];
}

/** What draws a path, as a canvas does. */
interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): void;
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): void;
}

export function trace(pen: Pen, route: Route): void {
  const { from, to } = route;
  pen.moveTo(from.x, from.y);
  if (route.lane === null) {
    const out = reach(route);
    return pen.bezierCurveTo(from.x + out, from.y, to.x - out, to.y, to.x, to.y);
  }
  const points = corners(route);
  for (let index = 1; index < points.length - 1; index++) {
    const [before = from, here = from, next = to] = points.slice(index - 1, index + 2);
    const entering = towards(here, before);
    const leaving = towards(here, next);
    pen.lineTo(entering.x, entering.y);
    pen.quadraticCurveTo(here.x, here.y, leaving.x, leaving.y);
  }
  pen.lineTo(to.x, to.y);
}

/** A point on the way from a corner to another, where its rounding begins. */
function towards(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y);
  const part = length ? Math.min(CORNER, length / 2) / length : 0;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}

export function pathOf(route: Route): string {
  const found: string[] = [];
  const add = (letter: string, ...numbers: number[]): void => void found.push(letter + numbers.map((number) => Math.round(number * 10) / 10).join(" "));
  trace(
    {
      moveTo: (...at) => add("M", ...at),
      lineTo: (...at) => add("L", ...at),
      bezierCurveTo: (...at) => add("C", ...at),
      quadraticCurveTo: (...at) => add("Q", ...at),
    },
    route,
  );
  return found.join("");
}

/** The point at a part of the way. */
export function along(route: Route, part: number): Point {
  const { from, to } = route;
  if (route.lane !== null) return alongLines(corners(route), part);
  const out = reach(route);
  const rest = 1 - part;
  const mix = (a: number, b: number, c: number, d: number): number =>
    a * rest ** 3 + 3 * b * rest ** 2 * part + 3 * c * rest * part ** 2 + d * part ** 3;
  return { x: mix(from.x, from.x + out, to.x - out, to.x), y: mix(from.y, from.y, to.y, to.y) };
}

function alongLines(points: readonly Point[], part: number): Point {
  const lengths = points.slice(1).map((point, index) => Math.hypot(point.x - (points[index]?.x ?? 0), point.y - (points[index]?.y ?? 0)));
  let left = part * lengths.reduce((sum, length) => sum + length, 0);
  for (const [index, length] of lengths.entries()) {
    const [start, end] = points.slice(index, index + 2);
    if (start && end && (left <= length || index === lengths.length - 1)) {
      const share = length ? left / length : 0;
      return { x: start.x + (end.x - start.x) * share, y: start.y + (end.y - start.y) * share };
    }
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}

/** How far a point is from the wire, roughly. */
export function distance(route: Route, at: Point): number {
  let least = Infinity;
  for (let step = 0; step <= 24; step++) {
    const point = along(route, step / 24);
    least = Math.min(least, Math.hypot(point.x - at.x, point.y - at.y));
  }
  return least;
}

/** The box that a wire stays in. */
export function extent(route: Route): Box {
  const { from, to } = route;
  const out = spread(route);
  const left = Math.min(from.x, to.x) - out;
  const heights = [from.y, to.y, route.lane ?? from.y];
  const top = Math.min(...heights) - 4;
  return { x: left, y: top, width: Math.max(from.x, to.x) + out - left, height: Math.max(...heights) + 4 - top };
}
