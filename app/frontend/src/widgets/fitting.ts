import type { Json, NodeJson } from "../document/types";
import type { KindJson, ParameterJson } from "../state/protocol";
import { isCurve } from "./curves";
import { isFigure } from "./numbers";
import { isSweep } from "./sweeps";

/** Whether the widget of this kind can show a value; where it cannot, the value is shown as JSON. */
export function understands(kind: KindJson, value: Json, optional: boolean): boolean {
  if (value === null) return optional;
  switch (kind.kind) {
    case "number":
      return isFigure(value);
    case "seed":
      return typeof value === "number";
    case "switch":
      return typeof value === "boolean";
    case "choice":
      return kind.options.includes(value as string | number);
    case "text":
      return typeof value === "string";
    case "colour":
      return typeof value === "string";
    case "numbers":
      return Array.isArray(value) && value.every(isFigure);
    case "curve":
      return typeof value === "number" || isCurve(value);
    case "file":
      return typeof value === "string" || (typeof value === "object" && "file" in value && typeof value["file"] === "string");
    default:
      return false;
  }
}

const FEWEST = 2;
const MOST = 5;
const ROW = 24;
const LINE = 18;

/** The height of a parameter on a card, in rows of 24 px. */
export function rowsOf(parameter: ParameterJson, node: NodeJson): number {
  const { kind } = parameter;
  if (kind.kind !== "text" || !(kind.lines || kind.prompt) || node.inputs?.[parameter.name]) return 1;
  const value = node.params?.[parameter.name] ?? parameter.default;
  if (isSweep(value) || (value !== null && typeof value !== "string")) return 1;
  return textRows(typeof value === "string" ? value : "");
}

/** The rows of a text of several lines: its name, and as many lines as it has within reason. */
export const textRows = (text: string): number =>
  1 + Math.ceil((LINE * Math.min(Math.max(text.split("\n").length, FEWEST), MOST)) / ROW);
