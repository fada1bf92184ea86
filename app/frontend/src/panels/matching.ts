/** How well a query fits a node type. */

import { kindOf } from "../kinds";
import type { NodeTypeJson } from "../state/protocol";
import { synonymsOf } from "./synonyms";

/** What is looked through, each with what a hit there is worth. */
interface Field {
  text: string;
  worth: number;
}

const fields = new WeakMap<NodeTypeJson, Field[]>();

function fieldsOf(type: NodeTypeJson): Field[] {
  let found = fields.get(type);
  if (!found) {
    const ports = [...type.inputs, ...type.outputs].flatMap((port) => [port.name, ...port.types]);
    found = [
      { text: nameOf(type.id), worth: 10 },
      { text: type.id, worth: 8 },
      { text: [...(type.also ?? []), synonymsOf(type.id)].join(" ").toLowerCase(), worth: 6 },
      { text: kindOf(type.kind).title.toLowerCase(), worth: 5 },
      { text: type.summary.toLowerCase(), worth: 3 },
      { text: [...ports, ...type.parameters.map((parameter) => parameter.name)].join(" ").toLowerCase(), worth: 1.5 },
    ];
    fields.set(type, found);
  }
  return found;
}

/** The last part of an id: what a node is mostly called. */
export const nameOf = (id: string): string => id.slice(id.indexOf(".") + 1);

/** 0 where a word of the query is found nowhere. */
export function score(type: NodeTypeJson, query: string): number {
  const tokens = query.toLowerCase().split(/[\s,]+/).filter(Boolean);
  const whole = tokens.join(" ");
  let sum = 0;
  for (const token of tokens) {
    let best = 0;
    for (const { text, worth } of fieldsOf(type)) best = Math.max(best, worth * hit(text, token));
    if (!best && tokens.length === 1) best = 2 * scattered(nameOf(type.id), token);
    if (!best) return 0;
    sum += best;
  }
  if (tokens.length > 1 && fieldsOf(type).some(({ text, worth }) => worth > 3 && text.includes(whole))) sum += 8;
  return sum / Math.max(1, tokens.length);
}

/** 1 for the whole text, less for a word of it, the beginning of one, any part. */
function hit(text: string, token: string): number {
  if (text === token) return 1.3;
  const at = text.indexOf(token);
  if (at < 0) return 0;
  const bound = (index: number): boolean => index < 0 || index >= text.length || /[^a-z0-9+]/.test(text[index] ?? "");
  for (let from = at; from >= 0; from = text.indexOf(token, from + 1))
    if (bound(from - 1)) return bound(from + token.length) ? 1 : 0.8 + 0.1 * (token.length / text.length);
  return token.length > 1 ? 0.45 : 0.2;
}

/** Whether the letters come in this order, as "dpm2" in "dpmpp_2m"; more where they stand close. */
function scattered(text: string, token: string): number {
  let at = -1;
  let gaps = 0;
  for (const letter of token) {
    const next = text.indexOf(letter, at + 1);
    if (next < 0) return 0;
    gaps += next - at - 1;
    at = next;
  }
  return 1 / (1 + gaps);
}

/** The parts of a name, those that the query names marked. */
export function marked(name: string, query: string): { text: string; hit: boolean }[] {
  const token = query.toLowerCase().split(/[\s,]+/).find((part) => part && name.includes(part));
  if (!token) return [{ text: name, hit: false }];
  const at = name.indexOf(token);
  return [
    { text: name.slice(0, at), hit: false },
    { text: token, hit: true },
    { text: name.slice(at + token.length), hit: false },
  ].filter((part) => part.text);
}
