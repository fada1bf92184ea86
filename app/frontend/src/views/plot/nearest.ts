/** The mark that lies nearest to the pointer, and what it says. */

import { written } from "../numbers";
import { ground, panelAt, type Layout, type PanelPlace } from "./layout";
import { isShown } from "./legend";
import { place } from "./scale";
import type { Axis, Plot } from "./types";

export interface Found {
  x: number;
  y: number;
  name: string;
  rows: { label: string; value: string }[];
  /** Its own colour; "" where a value has it. */
  colour: string;
  value: number | null;
}

const REACH = 28;

export function nearest(plot: Plot, layout: Layout, hidden: ReadonlySet<string>, x: number, y: number): Found | null {
  const panel = panelAt(layout, x, y);
  if (!panel) return null;
  let least = REACH * REACH;
  let found: Found | null = null;
  const offer = (left: number, top: number, make: () => Found): void => {
    const distance = (left - x) ** 2 + (top - y) ** 2;
    if (!(distance <= least)) return;
    least = distance;
    found = make();
  };
  for (const mark of panel.panel.marks) {
    if (mark.mark === "words" || !isShown(mark.name, hidden)) continue;
    const say = (left: number, top: number, at: readonly (number | null)[], value?: number | null): Found =>
      told(plot, mark.name, mark.colour, left, top, at, value);
    if (mark.mark === "points")
      mark.at.forEach((at, number) => {
        const [left, top] = [place(panel.x, at[0]), place(panel.y, at[1])];
        offer(left, top, () => say(left, top, at, mark.value?.[number]));
      });
    else if (mark.mark === "lines")
      mark.at.forEach((line, number) =>
        line.forEach((at, step) => {
          const [left, top] = [place(panel.x, at[0]), place(panel.y, at[1])];
          offer(left, top, () => say(left, top, at, mark.value?.[number]?.[step]));
        }),
      );
    else found = barAt(plot, panel, mark, x, y) ?? found;
  }
  return found;
}

function barAt(plot: Plot, panel: PanelPlace, mark: { edges: readonly number[]; heights: readonly number[]; name: string; colour: string }, x: number, y: number): Found | null {
  const number = mark.heights.findIndex((_, bin) => x >= place(panel.x, mark.edges[bin] ?? null) && x < place(panel.x, mark.edges[bin + 1] ?? null));
  const [height, low, high] = [mark.heights[number], mark.edges[number], mark.edges[number + 1]];
  if (height === undefined || low === undefined || high === undefined) return null;
  const top = place(panel.y, height);
  if (y < Math.min(top, ground(panel.y)) - REACH) return null;
  const rows = [
    { label: plot.x.label || "x", value: `${written(low, 4)} … ${written(high, 4)}` },
    { label: plot.y.label || "y", value: written(height, 5) },
  ];
  return { x: (place(panel.x, low) + place(panel.x, high)) / 2, y: top, name: mark.name, rows, colour: mark.colour, value: null };
}

function told(plot: Plot, name: string, colour: string, x: number, y: number, at: readonly (number | null)[], value: number | null | undefined): Found {
  const row = (axis: Axis | null, otherwise: string, number: number | null | undefined): { label: string; value: string } => ({
    label: axis?.label || otherwise,
    value: written(number ?? NaN, 5),
  });
  const rows = [row(plot.x, "x", at[0]), row(plot.y, "y", at[1])];
  if (value !== undefined) rows.push(row(plot.colours, "value", value));
  return { x, y, name, rows, colour: value === undefined ? colour : "", value: value ?? null };
}
