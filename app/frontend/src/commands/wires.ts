/** The wires of a level, each with the name under which it is selected: `target.port#index`. */

import { parseReference, references } from "../document/references";
import type { LevelJson } from "../document/types";

export interface LevelWire {
  id: string;
  from: { node: string; port: string | null };
  /** The reference as the document writes it. */
  reference: string;
  to: { node: string; port: string };
  index: number;
}

export const wireId = (node: string, port: string, index: number): string => `${node}.${port}#${index}`;

/** All wires of a level, in the order of the document. */
export const wiresOf = (level: LevelJson): LevelWire[] =>
  Object.entries(level.nodes ?? {}).flatMap(([node, entry]) =>
    Object.entries(entry.inputs ?? {}).flatMap(([port, wires]) =>
      references(wires).map((reference, index) => ({
        id: wireId(node, port, index),
        from: parseReference(reference),
        reference,
        to: { node, port },
        index,
      })),
    ),
  );

/** The wire of that name; null where the level has none. */
export function findWire(level: LevelJson, id: string): LevelWire | null {
  const [target = "", index = ""] = id.split("#", 2);
  const { node, port } = parseReference(target);
  const reference = port ? references(level.nodes?.[node]?.inputs?.[port])[Number(index)] : undefined;
  if (!port || reference === undefined) return null;
  return { id, from: parseReference(reference), reference, to: { node, port }, index: Number(index) };
}

/** Everything that can be reached from these nodes along the wires, or against them; they themselves, too. */
export function reach(level: LevelJson, from: Iterable<string>, direction: "up" | "down"): Set<string> {
  const next = new Map<string, string[]>();
  for (const wire of wiresOf(level)) {
    const [start, end] = direction === "up" ? [wire.to.node, wire.from.node] : [wire.from.node, wire.to.node];
    const list = next.get(start);
    if (list) list.push(end);
    else next.set(start, [end]);
  }
  const found = new Set(from);
  for (const id of found) for (const other of next.get(id) ?? []) found.add(other);
  return found;
}
