/** Numbers as a field shows, reads and moves them. */

import type { Json } from "../document/types";
import type { KindJson } from "../state/protocol";
import { evaluate } from "./arithmetic";

export type NumberKind = Extract<KindJson, { kind: "number" }>;

/** A number of a graph: infinity is written "inf" there. */
export type Figure = number | "inf";

export const isFigure = (value: Json | undefined): value is Figure => typeof value === "number" || value === "inf";

export const asNumber = (value: Figure): number => (value === "inf" ? Infinity : value);
export const asFigure = (value: number): Figure => (value === Infinity ? "inf" : value);

/** Fifteen digits at the most: 0.3, and not 0.30000000000000004. */
export const tidy = (value: number): number => Number(value.toPrecision(12));

/** A number as it is shown: six digits that count, integers in full. */
export function show(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** A number as it is put before a person to edit: nothing rounded away. */
export const spell = (value: Figure): string => String(value);

/** What may be given, in words, as Python says it. */
export function allowed(kind: Omit<NumberKind, "kind">): string {
  const noun = kind.integer ? "an integer" : "a number";
  const low = kind.minimum ?? null;
  const high = kind.maximum ?? null;
  const bounds =
    low !== null && high !== null
      ? ` from ${show(low)} to ${show(high)}`
      : low !== null
        ? ` of at least ${show(low)}`
        : high !== null
          ? ` of at most ${show(high)}`
          : "";
  return noun + bounds + (kind.infinite ? ", or inf" : "");
}

/** What was typed as a number of this kind, or why it is none. */
export function read(kind: Omit<NumberKind, "kind">, text: string): { value: Figure } | { problem: string } {
  const found = evaluate(text);
  const problem = { problem: `Give ${allowed(kind)}.` };
  if (found === null) return problem;
  if (!Number.isFinite(found)) return kind.infinite && found > 0 ? { value: "inf" } : problem;
  const value = tidy(found) === found || !kind.integer ? found : tidy(found);
  if (kind.integer && !Number.isInteger(value)) return problem;
  if (value < (kind.minimum ?? -Infinity) || value > (kind.maximum ?? Infinity)) return problem;
  return { value };
}

/** The nearest number that the bounds allow. */
export const clamp = (kind: NumberKind, value: number): number =>
  Math.min(Math.max(value, kind.minimum ?? -Infinity), kind.maximum ?? Infinity);

/** How far one step goes from here. */
export function stepFrom(kind: NumberKind, value: number): number {
  if (kind.step) return kind.step;
  if (kind.integer) return 1;
  const range = (kind.maximum ?? Infinity) - (kind.minimum ?? -Infinity);
  if (range <= 1000 && kind.scale !== "log") return 10 ** Math.floor(Math.log10(range / 100) + 1e-9);
  return 10 ** (Math.floor(Math.log10(Math.max(Math.abs(Number.isFinite(value) ? value : 1), 0.1))) - 1);
}

/** A number on the grid of steps, inside the bounds. */
export function snap(kind: NumberKind, value: number, step: number): number {
  const grid = kind.integer ? Math.max(1, Math.round(step)) : step;
  return clamp(kind, tidy(Math.round(tidy(value / grid)) * grid));
}

/** Moved by a number of steps, as by a key: on a log scale a step is a tenth of the value. */
export function stepped(kind: NumberKind, value: number, steps: number): number {
  if (!Number.isFinite(value)) return value;
  const step = stepFrom(kind, value);
  if (kind.scale === "log" && !kind.integer && value > 0) {
    const next = value * 1.1 ** steps;
    return clamp(kind, Number(next.toPrecision(3)));
  }
  return snap(kind, value + steps * step, Math.min(step, Math.abs(steps) * step));
}

/** Where a number lies between its bounds, 0 … 1; null where a bar would say nothing. */
export function portion(kind: NumberKind, value: number): number | null {
  const { minimum, maximum } = kind;
  if (minimum == null || maximum == null || maximum <= minimum) return null;
  if (kind.scale === "log" && minimum > 0) return within(Math.log(value / minimum) / Math.log(maximum / minimum));
  return (maximum - minimum) / stepFrom(kind, value) <= 1000.5 ? within((value - minimum) / (maximum - minimum)) : null;
}

const within = (part: number): number => Math.min(Math.max(part, 0), 1);

const PIXELS_A_STEP = 3;
const FOLLOWS = 250;

/** Where a drag over so many pixels leads; a fine one (`pace` below 1) has a finer grid. */
export function dragged(kind: NumberKind, from: number, pixels: number, width: number, pace: number): number {
  const start = Number.isFinite(from) ? from : (kind.maximum ?? 1);
  const { minimum, maximum } = kind;
  if (kind.scale === "log" && (start > 0 || (minimum ?? 0) > 0)) {
    const span = minimum != null && minimum > 0 && maximum != null ? Math.log(maximum / minimum) / width : 0.02;
    const next = Math.max(start, minimum ?? 0) * Math.exp(pixels * span);
    return clamp(kind, kind.integer ? Math.round(next) : Number(next.toPrecision(pace < 1 ? 4 : 3)));
  }
  const step = stepFrom(kind, start);
  const grid = pace < 1 && !kind.integer ? step * pace : step;
  // a short range is a slider, whose bar goes with the pointer
  const slider = minimum != null && maximum != null && (maximum - minimum) / step <= FOLLOWS;
  const perPixel = slider ? (maximum - minimum) / width : step / PIXELS_A_STEP;
  return snap(kind, start + pixels * perPixel, grid);
}
