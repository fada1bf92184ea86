/** What a person does, as operations: each function gives what `editor.edit` takes as one step. */

import type { PortEnd, Point } from "../canvas/handle";
import { references } from "../document/references";
import type { Operation } from "../document/operations";
import type { FrameJson, Json, LevelJson, Mode, NodeJson, PlaceJson, Wires } from "../document/types";
import type { NodeTypeJson } from "../state/protocol";
import type { Signature } from "../state/signatures";
import { findWire } from "./wires";

/** A level, where it is, and what its nodes take and give. */
export interface Context {
  at: string;
  level: LevelJson;
  signature: (node: NodeJson) => Signature | null;
}

export const contextOf = (editor: {
  path: { value: string };
  level: { value: LevelJson };
  signature: Context["signature"];
}): Context => ({ at: editor.path.value, level: editor.level.value, signature: editor.signature });

const signatureOf = (context: Context, id: string): Signature | null => {
  const node = context.level.nodes?.[id];
  return node ? context.signature(node) : null;
};

/** What a wire from this output is written as: the node alone where it has one output. */
export const referenceTo = (signature: Signature | null, node: string, port: string): string =>
  signature && signature.outputs.length === 1 ? node : `${node}.${port}`;

/**
 * Lead a wire from an output to an input: added where the port takes many, otherwise in place of what is there.
 * A parameter that is wired loses its own value. `moved` is the wire whose end was taken; it leaves its former place.
 */
export function connect(context: Context, from: PortEnd, to: PortEnd, moved: string | null = null): Operation[] {
  const { at, level } = context;
  const reference = referenceTo(signatureOf(context, from.node), from.node, from.port);
  const port = signatureOf(context, to.node)?.inputs.find((entry) => entry.name === to.port);
  const node = level.nodes?.[to.node];
  const before = references(node?.inputs?.[to.port]);
  const taken = moved === null ? null : findWire(level, moved);
  const stays = taken?.to.node === to.node && taken.to.port === to.port;
  const list = stays ? before.map((text, index) => (index === taken.index ? reference : text)) : [...before.filter((text) => text !== reference), reference];
  return [
    ...(taken && !stays ? disconnect(context, [taken.id]) : []),
    ...(!port && node?.params && to.port in node.params ? [{ do: "reset", at, id: to.node, name: to.port } as const] : []),
    { do: "wire", at, id: to.node, port: to.port, sources: port?.many ? list : reference },
  ];
}

/** A new node at a place, wired from one port and to another. */
export function bridge(context: Context, added: { type: NodeTypeJson; id: string }, from: PortEnd, to: PortEnd, place: Point): Operation[] {
  const { type, id } = added;
  const node = { type: type.id };
  const after = { ...context, level: { ...context.level, nodes: { ...context.level.nodes, [id]: node } } };
  const input: PortEnd = { node: id, port: type.inputs[0]?.name ?? "", side: "input" };
  const output: PortEnd = { node: id, port: type.outputs[0]?.name ?? "", side: "output" };
  return [...addNode(context, id, node, place), ...connect(after, from, input), ...connect(after, output, to)];
}

/** Take wires away; several of one port in one operation, as their indices would shift. */
export function disconnect(context: Context, wires: Iterable<string>): Operation[] {
  const cut = new Map<string, { node: string; port: string; indices: Set<number> }>();
  for (const id of wires) {
    const wire = findWire(context.level, id);
    if (!wire) continue;
    const key = `${wire.to.node}.${wire.to.port}`;
    const entry = cut.get(key) ?? { ...wire.to, indices: new Set<number>() };
    entry.indices.add(wire.index);
    cut.set(key, entry);
  }
  return [...cut.values()].map(({ node, port, indices }): Operation => {
    const kept = references(context.level.nodes?.[node]?.inputs?.[port]).filter((_, index) => !indices.has(index));
    return { do: "wire", at: context.at, id: node, port, sources: kept.length ? kept : null };
  });
}

/** Add a node at a place. */
export const addNode = (context: Context, id: string, node: NodeJson, place: Point): Operation[] => [
  { do: "add", at: context.at, id, node },
  { do: "move", at: context.at, places: { [id]: rounded({ x: place.x, y: place.y }) } },
];

const rounded = <T extends Point>(place: T): T => ({ ...place, x: Math.round(place.x), y: Math.round(place.y) });

/** Put a new node on a wire: its input takes the wire's start, its output goes where the wire went. */
export function insertOnWire(
  context: Context,
  wire: string,
  added: { id: string; signature: Signature; input: string; output: string },
): Operation[] {
  const found = findWire(context.level, wire);
  if (!found) return [];
  const before = context.level.nodes?.[found.to.node]?.inputs?.[found.to.port];
  const given = referenceTo(added.signature, added.id, added.output);
  const sources: Wires =
    typeof before === "string" || before === undefined
      ? given
      : before.map((text, index) => (index === found.index ? given : text));
  const many = added.signature.inputs.find((port) => port.name === added.input)?.many;
  return [
    { do: "wire", at: context.at, id: added.id, port: added.input, sources: many ? [found.reference] : found.reference },
    { do: "wire", at: context.at, id: found.to.node, port: found.to.port, sources },
  ];
}

/** Remove nodes, frames, notes and wires. The wires of removed nodes go with them. */
export function removeAll(
  context: Context,
  chosen: { nodes: Iterable<string>; wires?: Iterable<string>; frames?: Iterable<string> },
): Operation[] {
  const nodes = [...chosen.nodes].filter((id) => context.level.nodes?.[id]);
  const gone = new Set(nodes);
  const wires = [...(chosen.wires ?? [])].filter((id) => {
    const wire = findWire(context.level, id);
    return wire && !gone.has(wire.to.node) && !gone.has(wire.from.node);
  });
  return [
    ...disconnect(context, wires),
    ...nodes.map((id): Operation => ({ do: "remove", at: context.at, id })),
    ...[...(chosen.frames ?? [])].flatMap((id) => {
      const frame = findFrame(context.level, id);
      return frame ? [{ do: "decorate", at: context.at, what: frame.what, id: frame.frame.id, value: null } as const] : [];
    }),
  ];
}

/** A frame or a note by what it is selected under: its id, or "groups:id" and "notes:id". */
export function findFrame(level: LevelJson, key: string): { what: "groups" | "notes"; frame: FrameJson } | null {
  const [list, id] = key.includes(":") ? key.split(":", 2) : [null, key];
  for (const what of ["groups", "notes"] as const) {
    const frame = level.view?.[what]?.find((entry) => entry.id === id);
    if (frame && (list === null || list === what || `${list}s` === what)) return { what, frame };
  }
  return null;
}

/** Set the mode of nodes; where all have it already, they take part again. */
export function toggleMode(context: Context, ids: readonly string[], mode: Mode): Operation[] {
  const all = ids.every((id) => context.level.nodes?.[id]?.mode === mode);
  return ids.map((id) => ({ do: "mode", at: context.at, id, mode: all ? null : mode }));
}

/** Change what the view keeps of nodes; a key that is undefined is forgotten. */
export function changePlaces(context: Context, ids: readonly string[], change: (place: PlaceJson, id: string) => PlaceJson): Operation[] {
  const places: Record<string, { [key: string]: Json }> = {};
  for (const id of ids) {
    const changed = change({ ...context.level.view?.nodes?.[id] }, id);
    places[id] = Object.fromEntries(
      Object.entries(changed).filter((entry): entry is [string, Json] => entry[1] !== undefined),
    );
  }
  return ids.length ? [{ do: "move", at: context.at, places }] : [];
}

/** Move nodes to places, all in one operation; what else the view keeps of them stays. */
export const moveTo = (context: Context, places: Readonly<Record<string, Point & { width?: number }>>): Operation[] =>
  changePlaces(context, Object.keys(places), (place, id) => ({ ...place, ...rounded(places[id] ?? { x: 0, y: 0 }) }));

/** Show parameters as ports, or as fields again; a wire to a parameter that becomes a field is taken away. */
export function promote(context: Context, id: string, names: readonly string[], shown: boolean): Operation[] {
  const before = context.level.view?.nodes?.[id]?.promoted ?? [];
  const after = shown ? [...before, ...names.filter((name) => !before.includes(name))] : before.filter((name) => !names.includes(name));
  const wired = context.level.nodes?.[id]?.inputs ?? {};
  const cut = shown ? [] : names.filter((name) => name in wired);
  const changed = after.length === before.length ? [] : changePlaces(context, [id], (place) => withPromoted(place, after));
  return [...cut.map((port): Operation => ({ do: "wire", at: context.at, id, port, sources: null })), ...changed];
}

function withPromoted(place: PlaceJson, promoted: string[]): PlaceJson {
  const { promoted: _, ...rest } = place;
  return promoted.length ? { ...rest, promoted } : rest;
}

/** Give parameters their defaults back: those named, or all that are set. */
export const resetParameters = (context: Context, ids: readonly string[], names?: readonly string[]): Operation[] =>
  ids.flatMap((id) =>
    Object.keys(context.level.nodes?.[id]?.params ?? {})
      .filter((name) => !names || names.includes(name))
      .map((name): Operation => ({ do: "reset", at: context.at, id, name })),
  );

/** Where the middle of nodes lies. */
export function bounds(rectangles: readonly { x: number; y: number; width: number; height: number }[]): {
  x: number;
  y: number;
  width: number;
  height: number;
} {
  if (!rectangles.length) return { x: 0, y: 0, width: 0, height: 0 };
  const x = Math.min(...rectangles.map((entry) => entry.x));
  const y = Math.min(...rectangles.map((entry) => entry.y));
  const right = Math.max(...rectangles.map((entry) => entry.x + entry.width));
  const bottom = Math.max(...rectangles.map((entry) => entry.y + entry.height));
  return { x, y, width: right - x, height: bottom - y };
}
