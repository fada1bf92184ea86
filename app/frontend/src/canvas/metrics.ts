/** How large a card is and where its ports are, without measuring: rows have fixed heights. */

import type { Json, NodeJson, PlaceJson } from "../document/types";
import type { NodeNews, NodeTypeJson, ParameterJson, PortJson, View } from "../state/protocol";
import type { Signature } from "../state/signatures";
import { references } from "../document/references";
import { inWords } from "../widgets/field";
import { rowsOf } from "../widgets/fitting";
import type { Size } from "./handle";

export const HEADER = 42;
export const PORT_ROW = 22;
export const FIELD_ROW = 24;
export const PADDING = 7;
export const NARROWEST = 152;
export const WIDEST = 640;
const WIDEST_NATURAL = 264;
const LETTER = 7.2;
/** What a value needs beside its name. */
const ROOM: Record<string, number> = { switch: 64, seed: 150, file: 140, curve: 112, choice: 116, numbers: 110, text: 110 };
const LEAST_MEDIA = 112;
/** What to leave free below a card that will show a picture. */
export const LEAST_MEDIA_ROOM = LEAST_MEDIA + PADDING;
const MOST_MEDIA = 320;

/** A port on a card, relative to the card's corner. */
export interface Spot {
  side: "input" | "output";
  name: string;
  x: number;
  y: number;
  port: PortJson;
  /** The parameter that a wire here sets. */
  parameter: ParameterJson | null;
  /** Whether a port is drawn there; otherwise it shows only while a wire looks for its place. */
  shown: boolean;
}

export interface PortRow {
  y: number;
  input: Spot | null;
  output: Spot | null;
}

export interface FieldRow {
  y: number;
  height: number;
  parameter: ParameterJson;
  spot: Spot;
  sources: string[];
}

export interface Shape extends Size {
  ports: PortRow[];
  fields: FieldRow[];
  inputs: Map<string, Spot>;
  outputs: Map<string, Spot>;
  collapsed: boolean;
  /** Whether there is room for a picture below the rows. */
  media: boolean;
}

const isLong = (parameter: ParameterJson): boolean =>
  parameter.kind.kind === "text" && Boolean(parameter.kind.lines || parameter.kind.prompt);

/** What an output is called on its card: "out" tells less than its type. */
export const outputLabel = (port: PortJson): string => (port.name === "out" && port.types[0] ? port.types[0] : port.name);

function naturalWidth(id: string, typeName: string, signature: Signature, media: boolean): number {
  const rows = Math.max(signature.inputs.length, signature.outputs.length);
  const widths = [id.length * 8 + 84, typeName.length * 6.4 + 92];
  for (let index = 0; index < rows; index++) {
    const left = signature.inputs[index]?.name.length ?? 0;
    const output = signature.outputs[index];
    widths.push((left + (output ? outputLabel(output).length : 0)) * LETTER + 44);
  }
  for (const parameter of signature.parameters)
    widths.push(isLong(parameter) ? 200 : inWords(parameter.name).length * LETTER + (ROOM[parameter.kind.kind] ?? 92));
  if (media) widths.push(200);
  return Math.ceil(Math.min(Math.max(...widths, NARROWEST), WIDEST_NATURAL) / 8) * 8;
}

/** Whether a node shows what comes out of it on its card. */
export function showsMedia(type: NodeTypeJson | null): boolean {
  if (!type) return false;
  const gives = type.outputs[0]?.types[0] ?? "";
  return type.output || (["solver", "inversion", "search"].includes(type.kind) && ["Sample", "Trajectory", "Halfway"].includes(gives));
}

export function shapeOf(
  id: string,
  node: NodeJson,
  place: PlaceJson,
  signature: Signature,
  type: NodeTypeJson | null,
): Shape {
  const collapsed = place.collapsed === true;
  const media = showsMedia(type) && !collapsed;
  const width = place.width
    ? Math.min(Math.max(place.width, NARROWEST), WIDEST)
    : naturalWidth(id, node.graph ? "subgraph" : node.type, signature, media);
  const inputs = new Map<string, Spot>();
  const outputs = new Map<string, Spot>();
  const ports: PortRow[] = [];
  const fields: FieldRow[] = [];
  const middle = HEADER / 2;
  let y = HEADER + PADDING;
  const rows = Math.max(signature.inputs.length, signature.outputs.length);
  for (let index = 0; index < rows; index++) {
    const at = collapsed ? middle : y + PORT_ROW / 2;
    const left = signature.inputs[index];
    const right = signature.outputs[index];
    const input = left ? spot("input", 0, at, left, null, true) : null;
    const output = right ? spot("output", width, at, right, null, true) : null;
    if (input) inputs.set(input.name, input);
    if (output) outputs.set(output.name, output);
    ports.push({ y, input, output });
    y += PORT_ROW;
  }
  if (rows && signature.parameters.length) y += 2;
  const promoted = Array.isArray(place.promoted) ? place.promoted : [];
  for (const parameter of signature.parameters) {
    const sources = references(node.inputs?.[parameter.name]);
    const height = rowsOf(parameter, node) * FIELD_ROW;
    const at = collapsed ? middle : y + FIELD_ROW / 2;
    const port: PortJson = { name: parameter.name, types: [], optional: true };
    const shown = sources.length > 0 || promoted.includes(parameter.name);
    const found = spot("input", 0, at, port, parameter, shown);
    inputs.set(parameter.name, found);
    fields.push({ y, height, parameter, spot: found, sources });
    y += height;
  }
  return { width, height: collapsed ? HEADER : y + PADDING, ports, fields, inputs, outputs, collapsed, media };
}

const spot = (
  side: Spot["side"],
  x: number,
  y: number,
  port: PortJson,
  parameter: ParameterJson | null,
  shown: boolean,
): Spot => ({ side, name: port.name, x, y, port, parameter, shown });

/** What a card shows of a run: its preview while it runs, then its first result. */
export function viewOf(news: NodeNews): View | null {
  if (news.preview) return news.preview;
  return Object.values(news.views ?? {})[0] ?? null;
}

/** The height of the picture's place, padding included; 0 where there is none. */
export function mediaHeight(shape: Shape, news: NodeNews): number {
  if (shape.collapsed || !shape.media) return 0;
  const view = viewOf(news);
  const item = view?.items?.[0];
  const inner = shape.width - 2 * PADDING;
  const height = item?.width && item.height ? (inner * item.height) / item.width : view?.kind === "number" ? 56 : LEAST_MEDIA;
  return Math.round(Math.min(Math.max(height, view?.kind === "number" ? 56 : LEAST_MEDIA), MOST_MEDIA)) + PADDING;
}

/** What the document sets a parameter to, under whichever spelling; undefined where the default is in force. */
export function valueOf(node: NodeJson, parameter: ParameterJson): Json | undefined {
  const name = [parameter.name, ...(parameter.also ?? [])].find((entry) => node.params && entry in node.params);
  return name === undefined ? undefined : node.params?.[name];
}
