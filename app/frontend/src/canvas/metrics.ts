/** How large a card is and where its ports are, without measuring: rows have fixed heights. */

import type { Json, NodeJson, PlaceJson } from "../document/types";
import type { NodeTypeJson, ParameterJson, PortJson } from "../state/protocol";
import type { Signature } from "../state/signatures";
import { references } from "../document/references";
import { inWords } from "../widgets/field";
import { rowsOf } from "../widgets/fitting";
import { chips, isWhole, readSweep, valuesOf } from "../widgets/sweeps";
import type { Size } from "./handle";
import { BESIDE, boldEm, em } from "./letters";
import { heightOf, isStepped, roomOf } from "./media";
import { rowsShown } from "./rows";

export const HEADER = 42;
export const PORT_ROW = 22;
export const FIELD_ROW = 24;
const MORE_ROW = 20;
export const PADDING = 7;
export const NARROWEST = 152;
export const WIDEST = 640;
const WIDEST_NATURAL = 272;
/** The sizes of letters for which a card is wide enough: those at the zoom at which a graph of a dozen nodes fits. */
const NAME_SIZE = 17;
const TYPE_SIZE = 15.5;
const FIELD_SIZE = 13.5;
const CHOICE_SIZE = 15.5;
const PORT_SIZE = 17.5;
/** What a value needs beside its name, and what stands beside the words of a choice and of a sweep. */
const ROOM: Record<string, number> = { switch: 64, seed: 132, file: 156, curve: 112, numbers: 110, text: 110 };
const BESIDE_CHOICE = 60;
const BESIDE_SWEEP = 74;
/** As wide as a cost in a head. */
const COST = "0–16000 NFE";

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
  /** Where the row stands that shows or hides the rest of the parameters, and how many those are. */
  more: { y: number; hidden: readonly ParameterJson[] } | null;
  collapsed: boolean;
  /** The place for a picture below the rows, which counts in the height; null where there is none. */
  media: { y: number; height: number } | null;
}

const isLong = (parameter: ParameterJson): boolean =>
  parameter.kind.kind === "text" && Boolean(parameter.kind.lines || parameter.kind.prompt);

/** What an output is called on its card: "out" tells less than its type. */
export const outputLabel = (port: PortJson): string => (port.name === "out" && port.types[0] ? port.types[0] : port.name);

function naturalWidth(id: string, node: NodeJson, signature: Signature, parameters: readonly ParameterJson[], least: number, stepped: boolean): number {
  const typeName = node.graph ? "subgraph" : node.type;
  const said = stepped ? em(COST) * FIELD_SIZE : 0;
  const rows = Math.max(signature.inputs.length, signature.outputs.length);
  const last = typeName.slice(typeName.indexOf(".") + 1);
  const widths = [boldEm(id) * NAME_SIZE + BESIDE, em(last) * TYPE_SIZE + said + BESIDE, em(typeName) * FIELD_SIZE + BESIDE, least];
  for (let index = 0; index < rows; index++) {
    const output = signature.outputs[index];
    widths.push((em(signature.inputs[index]?.name ?? "") + em(output ? outputLabel(output) : "")) * PORT_SIZE + 44);
  }
  for (const parameter of parameters) widths.push(fieldWidth(parameter, valueOf(node, parameter) ?? parameter.default));
  return Math.ceil(Math.min(Math.max(...widths, NARROWEST), Math.max(WIDEST_NATURAL, least)) / 8) * 8;
}

/** How wide a parameter's row is, so that its name and its value can be read. */
function fieldWidth(parameter: ParameterJson, value: Json): number {
  const name = inWords(parameter.name);
  const sweep = readSweep(value);
  if (sweep) return em(name + chips(valuesOf(sweep, isWhole(parameter.kind)))) * CHOICE_SIZE + BESIDE_SWEEP;
  if (isLong(parameter)) return 200;
  if (parameter.kind.kind === "choice") return em(name + String(value)) * CHOICE_SIZE + BESIDE_CHOICE;
  return em(name) * FIELD_SIZE + (ROOM[parameter.kind.kind] ?? 92);
}

export function shapeOf(
  id: string,
  node: NodeJson,
  place: PlaceJson,
  signature: Signature,
  type: NodeTypeJson | null,
): Shape {
  const collapsed = place.collapsed === true;
  const room = roomOf(type);
  const rowed = rowsShown(signature.parameters, node, place);
  const width = place.width
    ? Math.min(Math.max(place.width, NARROWEST), WIDEST)
    : naturalWidth(id, node, signature, rowed.shown, room?.width ?? 0, isStepped(type));
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
  for (const parameter of rowed.shown) {
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
  const more = rowed.hidden.length || rowed.opened ? { y, hidden: rowed.hidden } : null;
  if (more) y += MORE_ROW;
  const media = room && !collapsed ? { y: y + 5, height: heightOf(room, width) } : null;
  if (media) y += media.height + 5;
  return { width, height: collapsed ? HEADER : y + PADDING, ports, fields, inputs, outputs, more, collapsed, media };
}

const spot = (
  side: Spot["side"],
  x: number,
  y: number,
  port: PortJson,
  parameter: ParameterJson | null,
  shown: boolean,
): Spot => ({ side, name: port.name, x, y, port, parameter, shown });

/** What the document sets a parameter to, under whichever spelling; undefined where the default is in force. */
export function valueOf(node: NodeJson, parameter: ParameterJson): Json | undefined {
  const name = [parameter.name, ...(parameter.also ?? [])].find((entry) => node.params && entry in node.params);
  return name === undefined ? undefined : node.params?.[name];
}
