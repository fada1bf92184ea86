/** Curves over the noise level: how they are read, written and changed; `graphs/curves.py` gives them their meaning. */

import type { Json } from "../document/types";
import { tidy } from "./numbers";

export interface CurvePoint {
  s: number;
  value: number;
}

export interface LevelCurve {
  points: CurvePoint[];
  by: "log" | "linear";
}

const isNumber = (value: Json | undefined): value is number => typeof value === "number" && Number.isFinite(value);

/** The curve that a value spells; null where it spells none. */
export function readCurve(value: Json | undefined): LevelCurve | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { curve, by = "log", ...others } = value;
  if (Object.keys(others).length || !Array.isArray(curve) || !curve.length || (by !== "log" && by !== "linear")) return null;
  const points: CurvePoint[] = [];
  for (const entry of curve) {
    if (!Array.isArray(entry) || entry.length !== 2) return null;
    const [s, y] = entry;
    if (!isNumber(s) || !isNumber(y)) return null;
    points.push({ s, value: y });
  }
  return { points, by };
}

export const isCurve = (value: Json | undefined): boolean => readCurve(value) !== null;

export const curveLiteral = (curve: LevelCurve): Json => ({
  curve: curve.points.map((point) => [point.s, point.value]),
  by: curve.by,
});

/** Why points make no curve; null where they make one. */
export function curveProblem(curve: LevelCurve): string | null {
  const [first] = curve.points;
  if (!first) return "Give at least one point.";
  if (first.s < 0 || (first.s === 0 && curve.by === "log" && curve.points.length > 1))
    return "Levels are above 0; 0 itself only on a linear axis.";
  const rising = curve.points.every((point, index) => !index || point.s > (curve.points[index - 1]?.s ?? -1));
  return rising ? null : "The levels rise from point to point.";
}

/** The value at a level: linear between points, constant outside them. */
export function curveAt(curve: LevelCurve, s: number): number {
  const { points, by } = curve;
  const right = points.findIndex((point) => point.s > s);
  const one = points[right - 1];
  const two = points[right];
  if (!one || !two) return (right === 0 ? points[0] : points.at(-1))?.value ?? 0;
  const part = by === "log" ? Math.log(s / one.s) / Math.log(two.s / one.s) : (s - one.s) / (two.s - one.s);
  return one.value * (1 - part) + two.value * part;
}

/** The levels that are shown: those of the points with room around, at the least the usual ones. */
export function domainOf(curve: LevelCurve): [number, number] {
  const levels = curve.points.map((point) => point.s);
  if (curve.by === "linear") return [0, Math.max(1, ...levels)];
  const positive = levels.filter((level) => level > 0);
  return [Math.min(0.01, ...positive), Math.max(100, ...positive)];
}

export type Shape = "constant" | "interval" | "ramp" | "cosine";

export const SHAPES: { shape: Shape; label: string }[] = [
  { shape: "constant", label: "Constant" },
  { shape: "interval", label: "Interval" },
  { shape: "ramp", label: "Ramp" },
  { shape: "cosine", label: "Cosine" },
];

const BENDS = 9;
const CLIFF = 1.001;

/** A curve to begin with, that goes between two values; the axis is kept. */
export function shaped(shape: Shape, by: LevelCurve["by"], low: number, high: number): LevelCurve {
  const at = (part: number): number => Number((by === "log" ? 0.02 * 2500 ** part : part).toPrecision(3));
  const point = (part: number, value: number): CurvePoint => ({ s: at(part), value: Number(value.toPrecision(4)) });
  switch (shape) {
    case "constant":
      return { by, points: [point(0.5, high)] };
    case "interval": {
      const [from, to] = [at(0.33), at(0.75)];
      const levels: [number, number][] = [
        [tidy(from / CLIFF), low],
        [from, high],
        [to, high],
        [tidy(to * CLIFF), low],
      ];
      return { by, points: levels.map(([s, value]) => ({ s, value })) };
    }
    case "ramp":
      return { by, points: [point(by === "log" ? 0 : 0.01, low), point(1, high)] };
    case "cosine":
      return {
        by,
        points: Array.from({ length: BENDS }, (_, index) => {
          const part = index / (BENDS - 1);
          return point(part || (by === "log" ? 0 : 0.01), low + ((high - low) * (1 - Math.cos(Math.PI * part))) / 2);
        }),
      };
  }
}

/** The curve with a point put where it belongs; a level that is taken is moved a little. */
export function withPoint(curve: LevelCurve, point: CurvePoint): LevelCurve {
  const taken = curve.points.some((other) => other.s === point.s);
  const added = taken ? { ...point, s: tidy(point.s * CLIFF) } : point;
  return { ...curve, points: [...curve.points, added].sort((one, two) => one.s - two.s) };
}

/** The curve with one point moved, kept between its neighbours. */
export function movePoint(curve: LevelCurve, index: number, to: CurvePoint): LevelCurve {
  const before = curve.points[index - 1]?.s;
  const after = curve.points[index + 1]?.s;
  const least = before === undefined ? (curve.by === "log" ? 1e-6 : 0) : before + gapAfter(before);
  const most = after === undefined ? 1e6 : after - gapAfter(after);
  const s = tidy(Math.min(Math.max(to.s, least), Math.max(least, most)));
  return { ...curve, points: curve.points.map((point, at) => (at === index ? { s, value: to.value } : point)) };
}

const gapAfter = (s: number): number => Math.max(Math.abs(s) * 1e-3, 1e-6);

/** Where a level lies on the axis, 0 … 1. */
export function levelPart(by: LevelCurve["by"], [least, most]: [number, number], s: number): number {
  return by === "log" ? Math.log(Math.max(s, least) / least) / Math.log(most / least) : (s - least) / (most - least);
}

/** The level at a place of the axis, to three digits. */
export function levelAtPart(by: LevelCurve["by"], [least, most]: [number, number], part: number): number {
  const s = by === "log" ? least * (most / least) ** part : least + (most - least) * part;
  return Number(s.toPrecision(3));
}

/** The curve as a path over the whole axis; straight between points on its own axis, constant outside. */
export function sparkline(curve: LevelCurve, domain: [number, number], width: number, height: number, range?: [number, number]): string {
  const values = curve.points.map((point) => point.value);
  const [low, high] = range ?? [Math.min(...values), Math.max(...values)];
  const y = (value: number): string => (height * (high > low ? 1 - (value - low) / (high - low) : 0.5)).toFixed(1);
  const [first] = curve.points;
  const last = curve.points.at(-1);
  if (!first || !last) return "";
  const middle = curve.points.map((point) => `L${(width * levelPart(curve.by, domain, point.s)).toFixed(1)} ${y(point.value)}`);
  return `M0 ${y(first.value)}${middle.join("")}L${width} ${y(last.value)}`;
}
