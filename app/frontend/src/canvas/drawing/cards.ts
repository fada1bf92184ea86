/** A card as SVG: its head, its ports, its parameters and what it shows. */

import { iconShape } from "../../icons";
import { kindColour, kindOf } from "../../kinds";
import { inWords } from "../../widgets/field";
import { asNumber, isFigure, portion } from "../../widgets/numbers";
import { inShort } from "../../widgets/standard";
import type { CanvasContext } from "../context";
import { viewOf } from "../media";
import { HEADER, outputLabel, PADDING, valueOf, type FieldRow, type Spot } from "../metrics";
import type { Colours } from "../palette";
import type { Item } from "../scene";
import { element, line, type Lettering, type Ruler } from "./svg";

/** What every part is drawn with. */
export interface Tools {
  context: CanvasContext;
  ruler: Ruler;
  ink: Colours;
  /** The pictures that cards show, by their address, as data that an SVG can hold. */
  pictures: ReadonlyMap<string, string>;
}

const SIDE = 14;
const ICON = 16;

export function card(tools: Tools, item: Item): string {
  const { context, ink, ruler } = tools;
  const { x, y, width, height } = context.scene.boxOf(item.id);
  const tint = ruler.colour(item.place.colour ?? kindColour(item.kind, ink.theme));
  const { shape } = item;
  const parts = [
    element("rect", { width, height, rx: 9, fill: ink.panel }),
    element("path", { d: head(width, shape.collapsed), fill: tint, "fill-opacity": 0.18 }),
    element("rect", { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8.5, fill: "none", stroke: item.place.colour ? tint : ink.strong }),
    ...heading(tools, item, width, tint),
    ...(shape.collapsed ? [] : [...shape.ports.flatMap((row) => portNames(tools, row, width)), ...shape.fields.map((row) => field(tools, item, row, width)), media(tools, item, width)]),
    ...[...shape.inputs.values(), ...shape.outputs.values()].filter((spot) => spot.shown).map((spot) => port(tools, item, spot)),
  ];
  return element("g", { transform: `translate(${x} ${y})`, opacity: item.node.mode ? 0.5 : undefined }, parts.join(""));
}

const head = (width: number, whole: boolean): string =>
  whole
    ? `M9 0H${width - 9}a9 9 0 0 1 9 9V${HEADER - 9}a9 9 0 0 1-9 9H9a9 9 0 0 1-9-9V9a9 9 0 0 1 9-9Z`
    : `M9 0H${width - 9}a9 9 0 0 1 9 9V${HEADER}H0V9a9 9 0 0 1 9-9Z`;

const text = ({ ruler, ink }: Tools, words: string, how: Lettering): string => line(ruler, ink.font, words, how);

function heading(tools: Tools, item: Item, width: number, tint: string): string[] {
  const shape = iconShape(kindOf(item.kind).icon);
  const lines = { fill: "none", stroke: tint, "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const icon = [shape.fill ? element("path", { d: shape.fill, fill: tint }) : "", shape.line ? element("path", { d: shape.line, ...lines }) : ""];
  const left = SIDE + ICON + 10;
  const about = item.node.mode ? (item.node.mode === "bypass" ? "bypassed" : "muted") : item.node.graph ? "subgraph" : item.node.type;
  return [
    element("g", { transform: `translate(${SIDE} ${(HEADER - ICON) / 2})` }, icon.join("")),
    text(tools, item.id, { x: left, y: 14, width: width - left - 8, size: 13, weight: 600, fill: tools.ink.text }),
    text(tools, about, { x: left, y: 29, width: width - left - 8, size: 11.5, fill: tools.ink.soft }),
  ];
}

function portNames(tools: Tools, row: { y: number; input: Spot | null; output: Spot | null }, width: number): string[] {
  const at = { y: row.y + 11, size: 13, fill: tools.ink.soft, width: width / 2 - SIDE };
  return [
    row.input ? text(tools, row.input.name, { ...at, x: SIDE, slanted: row.input.port.optional === true }) : "",
    row.output ? text(tools, outputLabel(row.output.port), { ...at, x: width - SIDE, anchor: "end" }) : "",
  ];
}

function field(tools: Tools, item: Item, row: FieldRow, width: number): string {
  const { ink, ruler } = tools;
  const inner = width - 22;
  const set = valueOf(item.node, row.parameter);
  const value = set ?? row.parameter.default;
  const { kind } = row.parameter;
  const wired = row.sources.length > 0;
  const share = !wired && kind.kind === "number" && isFigure(value) ? portion(kind, asNumber(value)) : null;
  const name = inWords(row.parameter.name);
  const middle = row.y + 12;
  const large = row.height > 24 && typeof value === "string";
  const shown = wired ? row.sources.join(", ") : (kind.kind === "file" && typeof value === "string" && value.split("/").at(-1)) || inShort(value);
  return [
    element("rect", { x: 11, y: row.y + 1, width: inner, height: row.height - 2, rx: 5, fill: ink.well, "fill-opacity": wired ? 0 : 1 }),
    share === null ? "" : element("rect", { x: 11, y: row.y + 1, width: Math.max(0, inner * share), height: row.height - 2, rx: 5, fill: set === undefined ? ink.soft : ruler.colour(ink.accent), "fill-opacity": 0.2 }),
    text(tools, name, { x: 19, y: middle, width: large ? inner - 16 : inner * 0.6, size: 12, fill: ink.soft }),
    large
      ? value.split("\n").slice(0, 8).map((words, index) => text(tools, words, { x: 19, y: middle + 18 * (index + 1), width: inner - 16, size: 12, fill: ink.text })).join("")
      : text(tools, shown, { x: width - 19, y: middle, width: inner - 24 - Math.min(name.length * 7, inner * 0.6), size: 12, fill: set === undefined ? ink.soft : ink.text, anchor: "end", slanted: wired }),
  ].join("");
}

function media(tools: Tools, item: Item, width: number): string {
  const { context, ink, pictures } = tools;
  const news = context.editor.live.of(item.path);
  const place = item.shape.media;
  if (!place) return "";
  const view = viewOf(news);
  const box = { x: PADDING, y: place.y, width: width - 2 * PADDING, height: place.height };
  const href = pictures.get(view?.items?.[0]?.url ?? "");
  const words = view?.kind === "number" ? String(view.value ?? "") : (view?.summary ?? "");
  return [
    element("rect", { ...box, rx: 5, fill: ink.well }),
    href
      ? element("image", { ...box, href, preserveAspectRatio: "xMidYMid meet", style: "image-rendering: auto" })
      : text(tools, words, { x: width / 2, y: box.y + box.height / 2, width: box.width - 16, size: view?.kind === "number" ? 20 : 12, fill: ink.soft, anchor: "middle" }),
  ].join("");
}

function port({ context, ink }: Tools, item: Item, spot: Spot): string {
  const { editor, scene } = context;
  const colour = spot.parameter ? ink.soft : scene.colourOf(spot.port.types);
  const wired = spot.side === "output" ? scene.used.value.has(`${item.id}.${spot.name}`) : item.node.inputs?.[spot.name] !== undefined;
  const look = { fill: wired ? colour : ink.panel, stroke: colour, "stroke-width": 2 };
  const { x, y } = spot;
  if (spot.port.many) return element("rect", { x: x - 3.5, y: y - 7.5, width: 7, height: 15, rx: 3.5, ...look });
  if (editor.catalogue.types[spot.port.types[0] ?? ""]?.behaviour)
    return element("rect", { x: x - 4, y: y - 4, width: 8, height: 8, rx: 1, transform: `rotate(45 ${x} ${y})`, ...look });
  return element("circle", { cx: x, cy: y, r: 4.5, ...look });
}
