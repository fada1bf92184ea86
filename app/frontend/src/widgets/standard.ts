import type { Json } from "../document/types";
import { show } from "./numbers";

const LONGEST = 28;

/** A value, as a default is named in a line of text. */
export function inShort(value: Json): string {
  if (value === null) return "none";
  if (typeof value === "number") return show(value);
  if (value === "inf") return "∞";
  if (value === "" || (Array.isArray(value) && !value.length)) return "empty";
  if (typeof value === "boolean") return value ? "on" : "off";
  const text = typeof value === "string" ? value.replaceAll("\n", " / ") : JSON.stringify(value).replaceAll(",", ", ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
