/** What is copied: nodes with all that they hold, as text that can be pasted anywhere, also into a file. */

import type { Point } from "../canvas/handle";
import { parseReference, references } from "../document/references";
import type { Operation } from "../document/operations";
import type { DocumentJson, FrameJson, Json, LevelJson, NodeJson, PlaceJson, ViewJson, Wires } from "../document/types";
import { bounds, findFrame, type Context } from "./composing";
import { freeFrameId, freeId, takenIds } from "./naming";

export interface Clip {
  noiseloom_clip: 1;
  nodes: Record<string, NodeJson>;
  view: ViewJson;
}

/** Copy nodes, frames and notes; `placeOf` says where a node stands, also one that the document has no place for. */
export function clipOf(
  level: LevelJson,
  chosen: { nodes: Iterable<string>; frames: Iterable<string> },
  placeOf: (id: string) => Point,
): Clip {
  const ids = [...chosen.nodes].filter((id) => level.nodes?.[id]);
  const frames = [...chosen.frames].map((key) => findFrame(level, key)).filter((found) => found !== null);
  const list = (what: "groups" | "notes"): FrameJson[] => frames.filter((found) => found.what === what).map((found) => found.frame);
  const nodes: Record<string, NodeJson> = {};
  const places: Record<string, PlaceJson> = {};
  for (const id of ids) {
    const node = level.nodes?.[id];
    if (!node) continue;
    nodes[id] = node;
    const { x, y } = placeOf(id);
    places[id] = { ...level.view?.nodes?.[id], x: Math.round(x), y: Math.round(y) };
  }
  return { noiseloom_clip: 1, nodes, view: { nodes: places, groups: list("groups"), notes: list("notes") } };
}

export const isEmpty = (clip: Clip): boolean =>
  !Object.keys(clip.nodes).length && !clip.view.groups?.length && !clip.view.notes?.length;

/** A clip of a text: one of ours, or all of a document; null where it is neither. */
export function readClip(text: string): Clip | null {
  if (!text.trimStart().startsWith("{")) return null;
  try {
    const found = JSON.parse(text) as Partial<Clip & DocumentJson> | null;
    if (!found || (found.noiseloom_clip !== 1 && typeof found.noiseloom !== "number")) return null;
    const nodes = found.nodes ?? {};
    const sound = Object.values(nodes).every((node) => typeof node === "object" && node !== null && typeof node.type === "string");
    return sound ? { noiseloom_clip: 1, nodes, view: found.view ?? {} } : null;
  } catch {
    return null;
  }
}

export interface Pasting {
  /** The middle of what is pasted, or how far it is moved. */
  at: { middle: Point } | { by: Point };
  /** Whether wires that come from outside the clip are kept, where their start is there. */
  wires: boolean;
  sizeOf?: (id: string) => { width: number; height: number };
  /** Places for nodes of which the clip says none. */
  arrange: (level: LevelJson) => Record<string, Point>;
}

/** The clip as operations on a level, and the names that its nodes and frames got. */
export function pasteClip(context: Context, clip: Clip, how: Pasting): { operations: Operation[]; nodes: string[]; frames: string[] } {
  const { at, level } = context;
  const names = freshNames(level, Object.keys(clip.nodes));
  const places = placesOf(clip, how);
  const frames = [...(clip.view.groups ?? []), ...(clip.view.notes ?? [])].filter((frame) => frame.x !== undefined);
  const boxes = [
    ...Object.entries(places).map(([id, place]) => ({ ...place, ...(how.sizeOf?.(id) ?? { width: 220, height: 120 }) })),
    ...frames.map((frame) => ({ x: frame.x ?? 0, y: frame.y ?? 0, width: frame.width ?? 0, height: frame.height ?? 0 })),
  ];
  const by = "by" in how.at ? how.at.by : offset(bounds(boxes), how.at.middle);
  const moved = (point: Point): Point => ({ x: Math.round(point.x + by.x), y: Math.round(point.y + by.y) });
  const view: Record<string, { [key: string]: Json }> = {};
  const operations: Operation[] = [];
  for (const [id, node] of Object.entries(clip.nodes)) {
    const name = names.get(id) ?? id;
    operations.push({ do: "add", at, id: name, node: rewired(node, names, how.wires ? level : null) });
    view[name] = { ...jsonPlace(clip.view.nodes?.[id]), ...moved(places[id] ?? { x: 0, y: 0 }) };
  }
  if (operations.length) operations.push({ do: "move", at, places: view });
  const made: string[] = [];
  for (const what of ["groups", "notes"] as const) {
    let scratch: LevelJson = level;
    for (const frame of clip.view[what] ?? []) {
      const id = freeFrameId(scratch, what);
      const value = { ...renamedMembers(frame, names), ...(frame.x === undefined ? {} : moved({ x: frame.x, y: frame.y ?? 0 })) };
      scratch = { ...scratch, view: { ...scratch.view, [what]: [...(scratch.view?.[what] ?? []), { id }] } };
      operations.push({ do: "decorate", at, what, id, value: frameValue(value) });
      made.push(`${what}:${id}`);
    }
  }
  return { operations, nodes: [...names.values()], frames: made };
}

const offset = (box: { x: number; y: number; width: number; height: number }, middle: Point): Point => ({
  x: middle.x - box.x - box.width / 2,
  y: middle.y - box.y - box.height / 2,
});

function freshNames(level: LevelJson, ids: readonly string[]): Map<string, string> {
  const taken = takenIds(level);
  const names = new Map<string, string>();
  for (const id of ids) {
    const name = freeId(id, taken);
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function placesOf(clip: Clip, how: Pasting): Record<string, Point> {
  const known = clip.view.nodes ?? {};
  const ids = Object.keys(clip.nodes);
  if (ids.every((id) => typeof known[id]?.x === "number" && typeof known[id].y === "number"))
    return Object.fromEntries(ids.map((id) => [id, { x: known[id]?.x ?? 0, y: known[id]?.y ?? 0 }]));
  return how.arrange({ nodes: clip.nodes, view: clip.view });
}

function rewired(node: NodeJson, names: ReadonlyMap<string, string>, outside: LevelJson | null): NodeJson {
  if (!node.inputs) return node;
  const inputs: Record<string, Wires> = {};
  for (const [port, wires] of Object.entries(node.inputs)) {
    const kept = references(wires).flatMap((text) => {
      const { node: source } = parseReference(text);
      const name = names.get(source);
      if (name !== undefined) return [name + text.slice(source.length)];
      return outside?.nodes?.[source] ? [text] : [];
    });
    const [first] = kept;
    if (first !== undefined) inputs[port] = typeof wires === "string" ? first : kept;
  }
  const { inputs: _, ...rest } = node;
  return Object.keys(inputs).length ? { ...rest, inputs } : rest;
}

function renamedMembers(frame: FrameJson, names: ReadonlyMap<string, string>): FrameJson {
  const members = frame["nodes"];
  if (!Array.isArray(members)) return frame;
  return { ...frame, nodes: members.flatMap((id) => (typeof id === "string" ? [names.get(id) ?? []].flat() : [])) };
}

const jsonPlace = (place: PlaceJson | undefined): { [key: string]: Json } =>
  Object.fromEntries(Object.entries(place ?? {}).filter((entry): entry is [string, Json] => entry[1] !== undefined));

/** A frame as the value of an operation, without its id. */
export const frameValue = (frame: FrameJson): { [key: string]: Json } =>
  Object.fromEntries(Object.entries(frame).filter((entry): entry is [string, Json] => entry[0] !== "id" && entry[1] !== undefined));
