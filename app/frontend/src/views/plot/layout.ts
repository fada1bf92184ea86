/** Where the panels of a plot lie, and their axes. */

import { place, whole, type Scale, type Span } from "./scale";
import { ticksOf, type Tick } from "./ticks";
import type { Panel, Plot } from "./types";

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface PanelPlace {
  panel: Panel;
  box: Box;
  x: Scale;
  y: Scale;
  xTicks: Tick[];
  yTicks: Tick[];
  /** Whether its axes have their numbers: the outer ones only. */
  numbersBelow: boolean;
  numbersLeft: boolean;
}

export interface Layout {
  panels: PanelPlace[];
  /** Around all boxes. */
  around: Box;
  bar: { box: Box; scale: Scale; ticks: Tick[] } | null;
}

export interface Spans {
  x: Span;
  y: Span;
}

export type Measure = (text: string) => number;

export const FONT_SIZE = 11;
const EDGE = 12;
const NUMBERS = 18;
const LABEL = 18;
const TITLE = 18;
const GAP = 12;
const WIDEST = 2.3;
const BAR = 10;

/** What is seen before anybody zooms. */
export const allOf = (plot: Plot): Spans => ({ x: whole(plot.x), y: whole(plot.y) });

/** The parts in a canvas of this size. */
export function laidOut(plot: Plot, spans: Spans, width: number, height: number, textWidth: Measure): Layout {
  const columns = Math.max(1, Math.min(plot.columns || 1, plot.panels.length));
  const rows = Math.max(1, Math.ceil(plot.panels.length / columns));
  const titled = plot.panels.length > 1 && plot.panels.some((panel) => panel.title);
  const barTicks = plot.colours ? ticksOf({ axis: plot.colours, span: whole(plot.colours) }, 6) : [];
  const barNumbers = Math.max(0, ...barTicks.map((tick) => textWidth(tick.label)));
  const yNumbers = Math.max(0, ...ticksOf({ axis: plot.y, span: spans.y }, 8).map((tick) => textWidth(tick.label)));
  const left = EDGE + (plot.y.label ? LABEL : 0) + yNumbers + 6;
  const right = EDGE + (plot.colours ? 16 + BAR + 6 + barNumbers + (plot.colours.label ? LABEL : 0) : 6);
  const top = EDGE;
  const bottom = EDGE - 4 + NUMBERS + (plot.x.label ? LABEL : 0);
  const gapDown = titled ? TITLE + 6 : GAP;
  const across = Math.max(40, (width - left - right - GAP * (columns - 1)) / columns);
  const down = Math.max(40, (height - top - bottom - gapDown * (rows - 1) - (titled ? TITLE : 0)) / rows);
  const [boxWidth, boxHeight] = shaped(plot, across, down);
  const spareX = Math.max(0, (across - boxWidth) * columns) / 2;
  const spareY = Math.max(0, (down - boxHeight) * rows) / 2;
  const seen = plot.equal && !plot.x.log && !plot.y.log ? equalled(spans, boxWidth, boxHeight) : spans;
  const panels = plot.panels.map((panel, number): PanelPlace => {
    const [column, row] = [number % columns, Math.floor(number / columns)];
    const boxLeft = Math.round(left + spareX + column * (boxWidth + GAP));
    const boxTop = Math.round(top + spareY + (titled ? TITLE : 0) + row * (boxHeight + gapDown));
    const box = { left: boxLeft, top: boxTop, right: Math.round(boxLeft + boxWidth), bottom: Math.round(boxTop + boxHeight) };
    const x: Scale = { axis: plot.x, span: seen.x, from: box.left, to: box.right };
    const y: Scale = { axis: plot.y, span: seen.y, from: box.bottom, to: box.top };
    const mostX = Math.min(8, Math.max(2, Math.floor(boxWidth / 58)));
    const mostY = Math.min(8, Math.max(2, Math.floor(boxHeight / 32)));
    const below = number + columns >= plot.panels.length;
    return { panel, box, x, y, xTicks: ticksOf(x, mostX), yTicks: ticksOf(y, mostY), numbersBelow: below, numbersLeft: !column };
  });
  const around = panels.reduce<Box>(
    (sum, { box }) => ({ left: Math.min(sum.left, box.left), top: Math.min(sum.top, box.top), right: Math.max(sum.right, box.right), bottom: Math.max(sum.bottom, box.bottom) }),
    { left: Infinity, top: Infinity, right: 0, bottom: 0 },
  );
  if (!plot.colours) return { panels, around, bar: null };
  const box = { left: around.right + 16, right: around.right + 16 + BAR, top: around.top, bottom: around.bottom };
  return { panels, around, bar: { box, scale: { axis: plot.colours, span: whole(plot.colours), from: box.bottom, to: box.top }, ticks: barTicks } };
}

/** The size of a box: with equal axes as the data are shaped, else not wider than reads well. */
function shaped(plot: Plot, across: number, down: number): [number, number] {
  if (!plot.equal || plot.x.log || plot.y.log) return [Math.min(across, Math.max(320, down * WIDEST)), down];
  const ratio = Math.min(Math.max((plot.x.high - plot.x.low) / (plot.y.high - plot.y.low), 0.4), WIDEST);
  return across / down > ratio ? [down * ratio, down] : [across, across / ratio];
}

/** The spans with which a unit is as long on both axes: one is made longer about its middle. */
function equalled({ x, y }: Spans, width: number, height: number): Spans {
  const unit = Math.max((x.high - x.low) / width, (y.high - y.low) / height);
  const stretched = (span: Span, length: number): Span => {
    const middle = (span.low + span.high) / 2;
    return { low: middle - length / 2, high: middle + length / 2 };
  };
  return { x: stretched(x, unit * width), y: stretched(y, unit * height) };
}

/** The panel at a place. */
export const panelAt = (layout: Layout, x: number, y: number): PanelPlace | null =>
  layout.panels.find(({ box }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) ?? null;

/** Where a number of the second axis is zero, or the lower end of what is seen. */
export const ground = (y: Scale): number => (y.axis.log ? y.from : Math.min(Math.max(place(y, 0), Math.min(y.from, y.to)), Math.max(y.from, y.to)));
