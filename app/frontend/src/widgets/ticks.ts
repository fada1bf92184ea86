/** Where the axes of a curve have their lines. */

import { tidy } from "./numbers";

/** Powers of ten on a log axis, quarters on a linear one. */
export function levelTicks(by: "log" | "linear", [least, most]: [number, number]): number[] {
  if (by === "linear") return [0, 0.25, 0.5, 0.75, 1].map((part) => tidy(least + part * (most - least)));
  const first = Math.ceil(Math.log10(least) - 1e-9);
  const last = Math.floor(Math.log10(most) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first) / 6));
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => tidy(10 ** (first + index * every)));
}

/** Four or five round numbers. */
export function valueTicks([low, high]: [number, number]): number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => tidy((first + index) * step));
}
