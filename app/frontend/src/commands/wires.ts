/** The wires of a level, each with the name under which it is selected. */

import { parseReference, references } from "../document/references";
import type { LevelJson } from "../document/types";

export interface LevelWire {
  id: string;
  from: { node: string; port: string | null };
  /** The reference as the document writes it. */
  reference: string;
  to: { node: string; port: string };
}

export const wireId = (node: string, port: string, reference: string): string => `${reference}>${node}.${port}`;

/** The wire of that name; null where that is none. */
export function readWire(id: string): LevelWire | null {
  const [reference = "", target = ""] = id.split(">", 2);
  const { node, port } = parseReference(target);
  if (!reference || !node || !port) return null;
  return { id, from: parseReference(reference), reference, to: { node, port } };
}

/** All wires of a level, in the order of the document. */
export const wiresOf = (level: LevelJson): LevelWire[] =>
  Object.entries(level.nodes ?? {}).flatMap(([node, entry]) =>
    Object.entries(entry.inputs ?? {}).flatMap(([port, wires]) =>
      references(wires).map((reference) => ({
        id: wireId(node, port, reference),
        from: parseReference(reference),
        reference,
        to: { node, port },
      })),
    ),
  );

/** Everything that can be reached from these nodes along the wires, or against them; they themselves, too. */
export function reach(level: LevelJson, from: Iterable<string>, direction: "up" | "down"): Set<string> {
  const next = new Map<string, string[]>();
  for (const wire of wiresOf(level)) {
    const [start, end] = direction === "up" ? [wire.to.node, wire.from.node] : [wire.from.node, wire.to.node];
    next.set(start, [...(next.get(start) ?? []), end]);
  }
  const found = new Set(from);
  const open = [...found];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next.get(id) ?? []) if (!found.has(other)) found.add(other), open.push(other);
  return found;
}
