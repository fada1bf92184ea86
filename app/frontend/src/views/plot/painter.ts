/** A plot on a canvas, in pixels of the page. */

import { ramp, readable, SHADES, type Inks } from "./colours";
import { FONT_SIZE, ground, type Layout, type PanelPlace } from "./layout";
import { isShown } from "./legend";
import { measure, place } from "./scale";
import type { Axis, BarsMark, LinesMark, Plot, PointsMark, WordsMark } from "./types";

export interface Brush {
  context: CanvasRenderingContext2D;
  inks: Inks;
  font: string;
  /** Pixels of the screen for one of the page. */
  ratio: number;
}

/** Draw all of it. */
export function paint(brush: Brush, plot: Plot, layout: Layout, hidden: ReadonlySet<string>, width: number, height: number): void {
  const { context } = brush;
  context.clearRect(0, 0, width, height);
  context.font = `${FONT_SIZE}px ${brush.font}`;
  for (const panel of layout.panels) {
    grid(brush, panel);
    context.save();
    context.beginPath();
    context.rect(panel.box.left, panel.box.top, panel.box.right - panel.box.left, panel.box.bottom - panel.box.top);
    context.clip();
    for (const mark of panel.panel.marks) {
      if (mark.mark !== "words" && !isShown(mark.name, hidden)) continue;
      if (mark.mark === "points") points(brush, panel, mark, plot.colours);
      else if (mark.mark === "lines") lines(brush, panel, mark, plot.colours);
      else if (mark.mark === "bars") bars(brush, panel, mark);
      else words(brush, panel, mark);
    }
    context.restore();
    frame(brush, panel, layout.panels.length > 1);
  }
  labels(brush, plot, layout);
  if (layout.bar) bar(brush, layout.bar);
}

function grid({ context, inks }: Brush, { box, x, y, xTicks, yTicks }: PanelPlace): void {
  context.fillStyle = inks.paper;
  context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.strokeStyle = inks.grid;
  context.globalAlpha = 0.55;
  context.lineWidth = 1;
  context.beginPath();
  for (const { value } of xTicks) {
    const at = Math.round(place(x, value)) + 0.5;
    context.moveTo(at, box.top);
    context.lineTo(at, box.bottom);
  }
  for (const { value } of yTicks) {
    const at = Math.round(place(y, value)) + 0.5;
    context.moveTo(box.left, at);
    context.lineTo(box.right, at);
  }
  context.stroke();
  context.globalAlpha = 1;
}

function frame({ context, inks }: Brush, { box, x, y, xTicks, yTicks, panel, numbersBelow, numbersLeft }: PanelPlace, titled: boolean): void {
  context.strokeStyle = inks.frame;
  context.lineWidth = 1;
  context.strokeRect(box.left + 0.5, box.top + 0.5, box.right - box.left - 1, box.bottom - box.top - 1);
  context.fillStyle = inks.soft;
  context.textBaseline = "top";
  context.textAlign = "center";
  if (numbersBelow) for (const { value, label } of xTicks) context.fillText(label, place(x, value), box.bottom + 5);
  context.textBaseline = "middle";
  context.textAlign = "right";
  if (numbersLeft) for (const { value, label } of yTicks) context.fillText(label, box.left - 6, place(y, value));
  if (!titled || !panel.title) return;
  context.fillStyle = inks.text;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(panel.title, box.left, box.top - 5, box.right - box.left);
}

function labels({ context, inks }: Brush, plot: Plot, { around, panels }: Layout): void {
  context.fillStyle = inks.soft;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  if (plot.x.label) context.fillText(plot.x.label, (around.left + around.right) / 2, around.bottom + 34);
  const numbers = Math.max(0, ...(panels[0]?.yTicks.map((tick) => context.measureText(tick.label).width) ?? []));
  if (plot.y.label) upright(context, plot.y.label, around.left - numbers - 16, (around.top + around.bottom) / 2);
}

function bar({ context, inks }: Brush, { box, scale, ticks }: NonNullable<Layout["bar"]>): void {
  const shades = ramp(inks.dark);
  const blend = context.createLinearGradient(0, box.bottom, 0, box.top);
  shades.forEach((shade, number) => blend.addColorStop(number / (SHADES - 1), shade));
  context.fillStyle = blend;
  context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.fillStyle = inks.soft;
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const { value, label } of ticks) context.fillText(label, box.right + 6, place(scale, value));
  const numbers = Math.max(0, ...ticks.map((tick) => context.measureText(tick.label).width));
  if (scale.axis.label) upright(context, scale.axis.label, box.right + 6 + numbers + 14, (box.top + box.bottom) / 2);
}

function upright(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  context.save();
  context.translate(x, y);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  context.fillText(text, 0, 0);
  context.restore();
}

/** Which of the shades a value has. */
export function shadeOf(colours: Axis | null, value: number | null | undefined): number {
  if (!colours || value === null || value === undefined) return 0;
  const [low, high] = [measure(colours, colours.low), measure(colours, colours.high)];
  const share = (measure(colours, value) - low) / (high - low);
  return Math.min(Math.max(Math.round((Number.isFinite(share) ? share : 0) * (SHADES - 1)), 0), SHADES - 1);
}

function points(brush: Brush, { box, x, y }: PanelPlace, mark: PointsMark, colours: Axis | null): void {
  const { context, inks, ratio } = brush;
  const shades = ramp(inks.dark);
  const discs = new Map<string, OffscreenCanvas>();
  const half = mark.radius + 2;
  context.globalAlpha = mark.opacity;
  mark.at.forEach(([across, up], number) => {
    const [left, top] = [place(x, across), place(y, up)];
    if (!(left > box.left - half && left < box.right + half && top > box.top - half && top < box.bottom + half)) return;
    const colour = mark.value ? (shades[shadeOf(colours, mark.value[number])] ?? "") : readable(mark.colour, inks.dark);
    let disc = discs.get(colour);
    if (!disc) discs.set(colour, (disc = drawnDisc(colour, mark.radius, mark.ring ? inks.paper : "", ratio)));
    context.drawImage(disc, left - half, top - half, 2 * half, 2 * half);
  });
  context.globalAlpha = 1;
}

/** A disc once, to be put wherever a point is. */
function drawnDisc(colour: string, radius: number, rim: string, ratio: number): OffscreenCanvas {
  const half = (radius + 2) * ratio;
  const canvas = new OffscreenCanvas(Math.ceil(2 * half), Math.ceil(2 * half));
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  context.beginPath();
  context.arc(half, half, radius * ratio, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  if (rim) {
    context.lineWidth = 1.2 * ratio;
    context.strokeStyle = rim;
    context.stroke();
  }
  return canvas;
}

function lines({ context, inks }: Brush, { x, y }: PanelPlace, mark: LinesMark, colours: Axis | null): void {
  context.globalAlpha = mark.opacity;
  context.lineWidth = mark.width;
  context.lineJoin = "round";
  context.lineCap = "round";
  const paths = new Map<string, Path2D>();
  const pathOf = (colour: string): Path2D => {
    let path = paths.get(colour);
    if (!path) paths.set(colour, (path = new Path2D()));
    return path;
  };
  const shades = ramp(inks.dark);
  const plain = readable(mark.colour, inks.dark);
  mark.at.forEach((line, number) => {
    const values = mark.value?.[number];
    let before: readonly [number, number] | null = null;
    let shade = "";
    line.forEach(([across, up], step) => {
      const at = [place(x, across), place(y, up)] as const;
      if (Number.isNaN(at[0]) || Number.isNaN(at[1])) return void (before = null);
      if (before) {
        const colour = values ? (shades[shadeOf(colours, values[step - 1])] ?? plain) : plain;
        const path = pathOf(colour);
        if (colour !== shade || values) path.moveTo(...before);
        path.lineTo(...at);
        shade = colour;
      } else {
        shade = "";
      }
      before = at;
    });
  });
  for (const [colour, path] of paths) {
    context.strokeStyle = colour;
    context.stroke(path);
  }
  context.globalAlpha = 1;
}

function bars({ context, inks }: Brush, { x, y }: PanelPlace, mark: BarsMark): void {
  const colour = readable(mark.colour, inks.dark);
  const base = ground(y);
  context.globalAlpha = mark.opacity;
  context.fillStyle = colour;
  mark.heights.forEach((height, number) => {
    const [left, right] = [place(x, mark.edges[number] ?? null), place(x, mark.edges[number + 1] ?? null)];
    const top = y.axis.log && height <= 0 ? base : place(y, height);
    const inset = right - left > 4 ? 0.5 : 0;
    context.fillRect(left + inset, Math.min(top, base), Math.max(0.5, right - left - 2 * inset), Math.abs(base - top));
  });
  context.globalAlpha = 1;
}

const INK = "#303742";

function words({ context, inks }: Brush, { x, y }: PanelPlace, mark: WordsMark): void {
  context.fillStyle = mark.colour === INK ? inks.text : readable(mark.colour, inks.dark);
  context.strokeStyle = inks.paper;
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.textAlign = "left";
  context.textBaseline = "middle";
  mark.at.forEach(([across, up], number) => {
    const text = mark.texts[number] ?? "";
    const [left, top] = [place(x, across) + 6, place(y, up)];
    context.strokeText(text, left, top);
    context.fillText(text, left, top);
  });
}

