/** Sweeps: a parameter given as several values; `graphs/sweeps.py` reads them. */

import type { Json } from "../document/types";
import type { KindJson } from "../state/protocol";
import { show, tidy } from "./numbers";

export interface SweepRange {
  from: number;
  to: number;
  count: number;
  scale: "linear" | "log";
}

export interface Sweep {
  values: Json[] | SweepRange;
  axis: string;
}

export const MOST_CELLS = 10_000;

/** Whether a value is meant as a sweep. */
export const isSweep = (value: Json | undefined): value is { [key: string]: Json } =>
  value !== null && typeof value === "object" && !Array.isArray(value) && "sweep" in value;

/** The sweep that a value spells; null where it spells none, and is shown as JSON. */
export function readSweep(value: Json | undefined): Sweep | null {
  if (!isSweep(value)) return null;
  const { sweep, axis = "", ...others } = value;
  if (typeof axis !== "string" || Object.keys(others).length) return null;
  if (Array.isArray(sweep)) return sweep.length ? { values: sweep, axis } : null;
  if (sweep === null || typeof sweep !== "object") return null;
  const { from, to, count, scale = "linear", ...more } = sweep;
  if (typeof from !== "number" || typeof to !== "number" || typeof count !== "number" || Object.keys(more).length) return null;
  return scale === "linear" || scale === "log" ? { values: { from, to, count, scale }, axis } : null;
}

/** The value that spells a sweep. */
export function sweepLiteral(sweep: Sweep): Json {
  const { values } = sweep;
  const written: Json = Array.isArray(values)
    ? values
    : { from: values.from, to: values.to, count: values.count, ...(values.scale === "log" ? { scale: "log" } : {}) };
  return sweep.axis ? { sweep: written, axis: sweep.axis } : { sweep: written };
}

/** Why a range is none; null where it is one. */
export function rangeProblem(range: SweepRange): string | null {
  if (!Number.isInteger(range.count) || range.count < 1 || range.count > MOST_CELLS)
    return `Give a count from 1 to ${MOST_CELLS}.`;
  if (range.scale === "log" && (range.from <= 0 || range.to <= 0)) return "On a log scale both ends are above 0.";
  return null;
}

/** The values of a sweep, a range spread out as Python does it. */
export function valuesOf(sweep: Sweep, integer: boolean): Json[] {
  if (Array.isArray(sweep.values)) return sweep.values;
  const { from, to, count, scale } = sweep.values;
  if (rangeProblem(sweep.values)) return [];
  return Array.from({ length: count }, (_, index) => {
    const part = index / Math.max(1, count - 1);
    if (!index) return from;
    const exact = scale === "log" ? Math.exp(Math.log(from) * (1 - part) + Math.log(to) * part) : from * (1 - part) + to * part;
    const value = index === count - 1 ? to : tidy(exact);
    return integer ? Math.round(value) : value;
  });
}

/** One value of a sweep in few letters. */
export function brief(value: Json): string {
  if (typeof value === "number") return show(value);
  if (typeof value === "string") return value === "inf" ? "∞" : value.split("\n").join(" / ");
  return JSON.stringify(value);
}

const SHOWN = 5;
const SHORT = 18;

/** The values side by side, those in the middle left out where they are many; how many they are where they are long. */
export function chips(values: readonly Json[]): string {
  const texts = values.map(brief);
  const kept = texts.length > SHOWN ? [...texts.slice(0, SHOWN - 2), "…", texts.at(-1) ?? ""] : texts;
  const together = kept.join(" · ");
  return together.length > SHORT ? `${texts.length} values` : together;
}

/** Whether the values of this kind are whole numbers. */
export const isWhole = (kind: KindJson): boolean => kind.kind === "seed" || (kind.kind === "number" && kind.integer === true);

/** A sweep to begin with, around the value that there is. */
export function firstSweep(kind: KindJson, value: Json): Sweep {
  if (kind.kind === "choice") return { values: [...kind.options], axis: "" };
  if (kind.kind === "switch") return { values: [false, true], axis: "" };
  if (kind.kind === "seed") {
    const seed = typeof value === "number" ? value : 0;
    return { values: [seed, seed + 1, seed + 2, seed + 3], axis: "" };
  }
  if (kind.kind === "number" && typeof value === "number") {
    const other = value ? 2 * value : (kind.maximum ?? 1);
    const fits = other <= (kind.maximum ?? Infinity) && other >= (kind.minimum ?? -Infinity);
    return { values: [value, fits ? other : value / 2].sort((one, two) => one - two), axis: "" };
  }
  return { values: [value], axis: "" };
}
