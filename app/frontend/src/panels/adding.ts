/** A chosen type as operations: the node, its place, its wires, and a converter where one is needed. */

import type { Point, PortEnd, SearchWish } from "../canvas/handle";
import { addNode, bridge, connect, type Context } from "../commands/composing";
import { freeId, takenIds } from "../commands/naming";
import type { Operation } from "../document/operations";
import type { NodeJson } from "../document/types";
import type { Candidate } from "./candidates";

const WIDTH = 208;
const GAP = 48;
const FIRST_PORT = 60;
const PORT = 22;

/** What adds a candidate where the wish wants it; `id` is the node that was meant. */
export function adding(context: Context, wish: SearchWish, chosen: Candidate): { operations: Operation[]; id: string; label: string } {
  const taken = takenIds(context.level);
  const id = freeId(chosen.type.id, taken);
  const label = `add '${id}'`;
  const { from } = wish;
  const place = placeOf(chosen, wish);
  const add = addNode(context, id, { type: chosen.type.id }, place);
  if (!from || chosen.port === null) return { operations: add, id, label };
  const after = withNode(context, id, { type: chosen.type.id });
  if (chosen.via) {
    taken.add(id);
    const via = freeId(chosen.via.id, taken);
    const right = from.side === "output";
    const moved = addNode(context, id, { type: chosen.type.id }, { x: place.x + (right ? WIDTH + GAP : -WIDTH - GAP), y: place.y });
    const end: PortEnd = { node: id, port: chosen.port, side: right ? "input" : "output" };
    const [start, goal] = right ? [from, end] : [end, from];
    return { operations: [...moved, ...bridge(after, { type: chosen.via, id: via }, start, goal, place)], id, label };
  }
  const end: PortEnd = { node: id, port: chosen.port, side: from.side === "output" ? "input" : "output" };
  const [start, goal] = from.side === "output" ? [from, end] : [end, from];
  return { operations: [...add, ...connect(after, start, goal)], id, label };
}

/** The same context, with a node that is about to be added. */
const withNode = (context: Context, id: string, node: NodeJson): Context => ({
  ...context,
  level: { ...context.level, nodes: { ...context.level.nodes, [id]: node } },
});

/** The port that was wired lies under the pointer. */
function placeOf(chosen: Candidate, wish: SearchWish): Point {
  const { x, y } = wish.at;
  if (!wish.from || chosen.port === null) return { x, y };
  const output = wish.from.side === "input";
  const ports = output ? chosen.type.outputs : chosen.type.inputs;
  const row = Math.max(0, ports.findIndex((port) => port.name === chosen.port));
  return { x: output ? x - WIDTH : x, y: y - FIRST_PORT - row * PORT };
}
