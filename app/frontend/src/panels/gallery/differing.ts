/** In what two graphs differ: parameters with another value, and nodes that only one has. */

import type { DocumentJson, Json, LevelJson } from "../../document/types";

export interface Difference {
  node: string;
  parameter: string;
  before: Json | undefined;
  after: Json | undefined;
}

export function differences(before: DocumentJson, after: DocumentJson): Difference[] {
  const [old, now] = [flat(before), flat(after)];
  const found: Difference[] = [];
  for (const place of new Set([...old.keys(), ...now.keys()])) {
    const [one, other] = [old.get(place), now.get(place)];
    if (!one || !other) {
      found.push({ node: place, parameter: "", before: one?.type, after: other?.type });
      continue;
    }
    if (one.type !== other.type) found.push({ node: place, parameter: "", before: one.type, after: other.type });
    for (const name of new Set([...Object.keys(one.params), ...Object.keys(other.params)])) {
      const [left, right] = [one.params[name], other.params[name]];
      if (JSON.stringify(left) !== JSON.stringify(right)) found.push({ node: place, parameter: name, before: left, after: right });
    }
  }
  return found;
}

interface Flat {
  type: string;
  params: Record<string, Json>;
}

/** All nodes by their paths. */
function flat(level: LevelJson, at = "", found = new Map<string, Flat>()): Map<string, Flat> {
  for (const [id, node] of Object.entries(level.nodes ?? {})) {
    found.set(at + id, { type: node.type, params: node.params ?? {} });
    if (node.graph) flat(node.graph, `${at}${id}/`, found);
  }
  return found;
}

const LONGEST = 28;

/** A value in a few letters. */
export function short(value: Json | undefined): string {
  if (value === undefined) return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text || "“”";
}

/** "guidance_scale 2.5 → 4", or that a node came or went. */
export function told({ node, parameter, before, after }: Difference): string {
  if (parameter) return `${parameter} ${short(before)} → ${short(after)}`;
  if (before === undefined) return `${node} added`;
  if (after === undefined) return `${node} gone`;
  return `${node}: ${short(before)} → ${short(after)}`;
}
