/** Where an axis has its numbers: at round ones, and not too many. */

import type { Scale } from "./scale";

export interface Tick {
  value: number;
  label: string;
}

const MINUS = "−";
const FEWEST = 3;
const NEAR = 1e-9;

/** The numbers of what is seen of an axis. */
export function ticksOf({ axis, span }: Pick<Scale, "axis" | "span">, most: number): Tick[] {
  return axis.log ? logTicks(span.low, span.high, most) : linearTicks(span.low, span.high, most);
}

function linearTicks(low: number, high: number, most: number): Tick[] {
  const power = Math.floor(Math.log10(high - low)) - 1;
  for (let more = 0; more < 4; more += 1)
    for (const digits of [1, 2, 2.5, 5]) {
      const step = digits * 10 ** (power + more);
      const first = Math.ceil(low / step - NEAR);
      const last = Math.floor(high / step + NEAR);
      if (last - first >= most) continue;
      const places = Math.max(0, -(power + more) + (digits === 2.5 ? 1 : 0));
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, number) => tick((first + number) * step, places, step));
    }
  return [];
}

function logTicks(low: number, high: number, most: number): Tick[] {
  const first = Math.ceil(low - NEAR);
  const last = Math.floor(high + NEAR);
  const stride = Math.max(1, Math.ceil((last - first + 1) / most));
  const decades: number[] = [];
  for (let power = first; power <= last; power += stride) decades.push(10 ** power);
  if (decades.length >= FEWEST) return decades.map(powerTick);
  const fine: number[] = [];
  for (let power = first - 1; power <= last; power += 1)
    for (const digit of [1, 2, 5]) {
      const value = Number(`${digit}e${power}`);
      if (Math.log10(value) >= low - NEAR && Math.log10(value) <= high + NEAR) fine.push(value);
    }
  if (fine.length >= FEWEST && fine.length <= most) return fine.map(powerTick);
  return linearTicks(10 ** low, 10 ** high, most).filter(({ value }) => value > 0);
}

function powerTick(value: number): Tick {
  const power = Math.floor(Math.log10(value) + NEAR);
  return tick(value, Math.max(0, -power), value);
}

function tick(value: number, places: number, step: number): Tick {
  if (Math.abs(value) < step * NEAR) return { value: 0, label: "0" };
  const size = Math.max(Math.abs(value), step);
  const plain = step >= 1e-4 && size < 1e6;
  const text = plain ? value.toFixed(Math.min(places, 20)) : shortPower(value, step);
  return { value, label: text.replace(/-/g, MINUS) };
}

function shortPower(value: number, step: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.abs(value)) + NEAR) - Math.floor(Math.log10(step) + NEAR) + 1);
  const [mantissa = "", power = ""] = value.toExponential(Math.min(digits, 12)).split("e");
  return `${mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa}e${Number(power)}`;
}
