/** Numbers as results show them. */

import type { Figure } from "../state/protocol";

const MINUS = "−";

/** A number as it came: one that JSON cannot hold is a word. */
export const valueOf = (figure: Figure): number =>
  typeof figure === "number" ? figure : figure === "nan" ? NaN : figure === "inf" ? Infinity : -Infinity;

/** A number to so many digits that count, without an exponent where that can be read. */
export function written(value: number, digits = 6): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return signed(value.toLocaleString("en", { useGrouping: Math.abs(value) >= 1e4 }));
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(Math.max(0, digits - 1)).replace(/\.?0+e/, "e") : String(Number(value.toPrecision(digits)));
  return signed(text.replace("e+", "e"));
}

/** A noise level. */
export const levelText = (s: number): string => `s = ${s === Infinity ? "∞" : written(s, 3)}`;

const signed = (text: string): string => text.replace(/-/g, MINUS);
