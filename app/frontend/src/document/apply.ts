/** Operations on a document, step for step as `graphs/document/operations.py` applies them. Nothing is changed in place. */

import type { Operation } from "./operations";
import { REFERENCE, references } from "./references";
import type { DocumentJson, FrameJson, Json, LevelJson, NodeJson, PlaceJson, SubgraphJson, ViewJson, Wires } from "./types";

/** An operation that this document does not allow. */
export class Refused extends Error {}

export function apply(document: DocumentJson, operation: Operation): DocumentJson {
  if (operation.do === "batch") return operation.operations.reduce(apply, document);
  if (operation.do === "title") return put(document, "name", operation.name || undefined);
  return replaceLevel(document, operation.at ?? "", (level) => edit(level, operation, Boolean(operation.at))) as DocumentJson;
}

/** The document, or the subgraph at a path; null where there is none. */
export function levelAt(document: DocumentJson, path: string): LevelJson | null {
  let level: LevelJson = document;
  for (const step of path ? path.split("/") : []) {
    const graph: SubgraphJson | undefined = own(level.nodes, step)?.graph;
    if (!graph) return null;
    level = graph;
  }
  return level;
}

function replaceLevel(level: LevelJson, path: string, change: (level: LevelJson) => LevelJson): LevelJson {
  if (!path) return change(level);
  const [step = "", ...rest] = path.split("/");
  const node = own(level.nodes, step);
  if (!node?.graph) throw new Refused(`there is no subgraph '${step}'`);
  const graph = replaceLevel(node.graph, rest.join("/"), change) as SubgraphJson;
  return { ...level, nodes: { ...level.nodes, [step]: { ...node, graph } } };
}

type LevelOperation = Exclude<Operation, { do: "batch" } | { do: "title" }>;

function edit(level: LevelJson, operation: LevelOperation, inside: boolean): LevelJson {
  switch (operation.do) {
    case "add":
      requireFree(level, operation.id);
      return withNode(level, operation.id, operation.node);
    case "remove":
      return remove(level, operation.id, inside);
    case "rename":
      return rename(level, operation.id, operation.to, inside);
    case "wire":
      return wire(level, operation.id, operation.port, operation.sources);
    case "set":
      return setParameter(level, operation.id, operation.name, operation.value);
    case "reset":
      return setParameter(level, operation.id, operation.name, undefined);
    case "mode":
      return setMode(level, operation.id, operation.mode);
    case "interface":
      return setInterface(requireInside(level, inside), operation.side, operation.name, operation.value);
    case "move":
      return move(level, operation.places);
    case "decorate":
      return decorate(level, operation);
  }
}

/** What is under a name; not what every object inherits. */
const own = <T>(entries: Record<string, T> | undefined, name: string): T | undefined =>
  entries && Object.hasOwn(entries, name) ? entries[name] : undefined;

function nodeOf(level: LevelJson, id: string): NodeJson {
  const node = own(level.nodes, id);
  if (!node) throw new Refused(`there is no node '${id}'`);
  return node;
}

function requireFree(level: LevelJson, id: string): void {
  requireIdentifier(id, "node");
  if (own(level.nodes, id)) throw new Refused(`there is a node '${id}' already`);
}

function requireIdentifier(name: string, of: string): void {
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Refused(`'${name}' cannot be the name of a ${of}`);
}

const withNode = (level: LevelJson, id: string, node: NodeJson): LevelJson => ({
  ...level,
  nodes: { ...level.nodes, [id]: node },
});

/** The entries without one, or nothing where none is left: empty parts are not written. */
function without<T>(entries: Record<string, T> | undefined, name: string): Record<string, T> | undefined {
  if (!entries || !Object.hasOwn(entries, name)) return entries;
  const { [name]: _, ...rest } = entries;
  return Object.keys(rest).length ? rest : undefined;
}

/** The same object with a key set, or left out where the value is missing. */
function put<T extends object, K extends keyof T>(part: T, key: K, value: T[K] | undefined): T {
  if (value !== undefined) return { ...part, [key]: value };
  const { [key]: _, ...rest } = part;
  return rest as T;
}

function mapNodes(level: LevelJson, change: (node: NodeJson) => NodeJson): LevelJson {
  const nodes = Object.fromEntries(Object.entries(level.nodes ?? {}).map(([id, node]) => [id, change(node)]));
  return { ...level, nodes };
}

function changeWires(node: NodeJson, change: (wires: Wires) => Wires | undefined): NodeJson {
  if (!node.inputs) return node;
  const entries = Object.entries(node.inputs);
  const changed = entries.map(([port, wires]) => [port, change(wires)] as const);
  if (changed.every(([, wires], index) => wires === entries[index]?.[1])) return node;
  const kept = changed.filter((entry): entry is readonly [string, Wires] => entry[1] !== undefined);
  return put(node, "inputs", kept.length ? Object.fromEntries(kept) : undefined);
}

/** Whether a reference is to this node; a text that is no reference names none. */
const names = (text: string, id: string): boolean => REFERENCE.exec(text)?.[1] === id;

function cut(wires: Wires, id: string): Wires | undefined {
  if (!references(wires).some((text) => names(text, id))) return wires;
  const kept = references(wires).filter((text) => !names(text, id));
  return typeof wires === "string" || !kept.length ? undefined : kept;
}

function remove(level: LevelJson, id: string, inside: boolean): LevelJson {
  nodeOf(level, id);
  let changed = mapNodes(level, (node) => changeWires(node, (wires) => cut(wires, id)));
  changed = put(changed, "nodes", without(changed.nodes, id));
  if (inside) changed = cutInterface(changed, id);
  return forget(changed, id);
}

function forget(level: LevelJson, id: string): LevelJson {
  const groups = mapMembers(level.view?.groups, (members) =>
    members.includes(id) ? members.filter((member) => member !== id) : members,
  );
  const view = { ...level.view, nodes: without(level.view?.nodes, id), groups };
  return level.view ? withView(level, view) : level;
}

/** The groups with their members changed; one whose id is no text, or not its own, is left alone. */
function mapMembers(groups: FrameJson[] | undefined, change: (members: Json[]) => Json[]): FrameJson[] | undefined {
  const times = new Map<unknown, number>();
  for (const { id } of groups ?? []) times.set(id, (times.get(id) ?? 0) + 1);
  return groups?.map((group) => {
    const members = group["nodes"];
    return typeof group.id === "string" && times.get(group.id) === 1 && Array.isArray(members)
      ? { ...group, nodes: change(members) }
      : group;
  });
}

function requireInside(level: LevelJson, inside: boolean): SubgraphJson {
  if (!inside) throw new Refused("the document itself has no inputs and outputs");
  return level as SubgraphJson;
}

function cutInterface(level: SubgraphJson, id: string): SubgraphJson {
  let changed = level;
  for (const [name, targets] of Object.entries(level.inputs ?? {})) {
    const kept = targets.filter((target) => !names(target, id));
    if (kept.length !== targets.length) changed = setInterface(changed, "inputs", name, kept.length ? kept : null);
  }
  for (const [name, text] of Object.entries(level.outputs ?? {}))
    if (names(text, id)) changed = setInterface(changed, "outputs", name, null);
  return changed;
}

function rename(level: LevelJson, id: string, to: string, inside: boolean): LevelJson {
  nodeOf(level, id);
  requireFree(level, to);
  const renamed = (text: string): string => (names(text, id) ? to + text.slice(id.length) : text);
  const inWires = (wires: Wires): Wires => {
    if (!references(wires).some((text) => names(text, id))) return wires;
    return typeof wires === "string" ? renamed(wires) : wires.map(renamed);
  };
  const nodes = Object.fromEntries(
    Object.entries(level.nodes ?? {}).map(([name, node]) => [name === id ? to : name, changeWires(node, inWires)]),
  );
  let changed: SubgraphJson = { ...level, nodes };
  if (inside) {
    if (changed.inputs) changed = { ...changed, inputs: mapValues(changed.inputs, (targets) => targets.map(renamed)) };
    if (changed.outputs) changed = { ...changed, outputs: mapValues(changed.outputs, renamed) };
  }
  if (!changed.view) return changed;
  const places = Object.entries(changed.view.nodes ?? {}).filter(([name]) => name !== to);
  const groups = mapMembers(changed.view.groups, (members) => members.map((member) => (member === id ? to : member)));
  return withView(changed, {
    ...changed.view,
    nodes: Object.fromEntries(places.map(([name, place]) => [name === id ? to : name, place])),
    groups,
  });
}

const mapValues = <T>(entries: Record<string, T>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value)]));

function wire(level: LevelJson, id: string, port: string, sources: Wires | null): LevelJson {
  const node = nodeOf(level, id);
  requireIdentifier(port, "port");
  const inputs = sources === null ? without(node.inputs, port) : { ...node.inputs, [port]: sources };
  return withNode(level, id, put(node, "inputs", inputs));
}

function setParameter(level: LevelJson, id: string, name: string, value: Json | undefined): LevelJson {
  const node = nodeOf(level, id);
  requireIdentifier(name, "parameter");
  const params = value === undefined ? without(node.params, name) : { ...node.params, [name]: value };
  return withNode(level, id, put(node, "params", params));
}

const setMode = (level: LevelJson, id: string, mode: NodeJson["mode"] | null): LevelJson =>
  withNode(level, id, put(nodeOf(level, id), "mode", mode ?? undefined));

function setInterface(
  level: SubgraphJson,
  side: "inputs" | "outputs",
  name: string,
  value: string | string[] | null,
): SubgraphJson {
  if (value !== null && Array.isArray(value) !== (side === "inputs")) throw new Refused(`this is no value for the ${side}`);
  requireIdentifier(name, "port");
  if (side === "inputs") {
    const kept = without(level.inputs, name);
    return put(level, "inputs", Array.isArray(value) ? { ...level.inputs, [name]: value } : kept);
  }
  const kept = without(level.outputs, name);
  return put(level, "outputs", typeof value === "string" ? { ...level.outputs, [name]: value } : kept);
}

interface LooseView {
  nodes?: Record<string, PlaceJson> | undefined;
  groups?: FrameJson[] | undefined;
  notes?: FrameJson[] | undefined;
}

/** The level with a view, of which empty parts are left out. */
function withView(level: LevelJson, view: LooseView): LevelJson {
  const kept = Object.entries(view).filter(([key, value]) =>
    ["nodes", "groups", "notes"].includes(key) ? value !== undefined && Object.keys(value).length > 0 : true,
  );
  return put(level, "view", kept.length ? (Object.fromEntries(kept) as ViewJson) : undefined);
}

function move(level: LevelJson, places: Record<string, { [key: string]: Json } | null>): LevelJson {
  const nodes: Record<string, PlaceJson> = { ...level.view?.nodes };
  for (const [id, place] of Object.entries(places)) {
    if (place === null) delete nodes[id];
    else nodes[id] = place;
  }
  return withView(level, { ...level.view, nodes });
}

function decorate(level: LevelJson, operation: Extract<Operation, { do: "decorate" }>): LevelJson {
  const entries = [...(level.view?.[operation.what] ?? [])];
  const found = entries.findIndex((entry) => entry.id === operation.id);
  if (found >= 0 && entries.some((entry, index) => index > found && entry.id === operation.id))
    throw new Refused(`several ${operation.what} have the id '${operation.id}'`);
  if (found >= 0) entries.splice(found, 1);
  if (operation.value !== null) {
    const place = operation.index ?? (found >= 0 ? found : entries.length);
    entries.splice(Math.min(Math.max(place, 0), entries.length), 0, { ...operation.value, id: operation.id });
  }
  return withView(level, { ...level.view, [operation.what]: entries });
}
