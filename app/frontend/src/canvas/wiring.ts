/** Which wires there may be, and why others may not. */

import { references } from "../document/references";
import type { Editor } from "../state/editor";
import { fitsParameter, fitsPort } from "../state/fitting";
import type { PortJson } from "../state/protocol";
import type { PortEnd } from "./handle";
import type { Scene } from "./scene";

/** A wire from an output to an input, whichever end was dragged. */
export interface Pair {
  from: PortEnd;
  to: PortEnd;
}

export const pairOf = (one: PortEnd, other: PortEnd): Pair =>
  one.side === "output" ? { from: one, to: other } : { from: other, to: one };

/** Why there can be no wire between two ports; null where there can. */
export function refusal(editor: Editor, scene: Scene, one: PortEnd, other: PortEnd): string | null {
  if (one.side === other.side) return one.side === "output" ? "Two outputs cannot be wired to each other." : "Two inputs cannot be wired to each other.";
  const { from, to } = pairOf(one, other);
  if (from.node === to.node) return "A node cannot be wired to itself.";
  const source = scene.spotOf(from);
  const target = scene.spotOf(to);
  if (!source || !target) return "There is no such port.";
  if (target.parameter) {
    if (fitsParameter(editor.catalogue, source.port, target.parameter)) return circle(scene, from.node, to.node);
    return `'${from.node}' gives ${source.port.types.join(" or ") || "something unknown"}, which cannot set '${to.port}'.`;
  }
  if (!fitsPort(editor.catalogue, source.port, target.port)) return `'${from.node}' gives ${meaning(editor, source.port)}, and '${to.port}' takes ${meaning(editor, target.port)}.`;
  return circle(scene, from.node, to.node);
}

/** The types of a port, each with the beginning of what it means. */
const meaning = (editor: Editor, port: PortJson): string =>
  port.types
    .map((type) => {
      const [first = ""] = (editor.catalogue.types[type]?.meaning ?? "").split(/[,.:;[(]/);
      return first ? `${type} (${first.trim().replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())})` : type;
    })
    .join(" or ");

function circle(scene: Scene, from: string, to: string): string | null {
  return before(scene, from).has(to) ? `The wires would go round in a circle: '${from}' needs what '${to}' gives.` : null;
}

/** The node and all that it needs. */
export function before(scene: Scene, id: string): Set<string> {
  const found = new Set([id]);
  for (const node of found)
    for (const wire of scene.wiresOf.value.get(node) ?? []) if (wire.to.node === node) found.add(wire.from.node);
  return found;
}

function after(scene: Scene, id: string): Set<string> {
  const found = new Set([id]);
  for (const node of found)
    for (const wire of scene.wiresOf.value.get(node) ?? []) if (wire.from.node === node) found.add(wire.to.node);
  return found;
}

export const keyOf = (end: PortEnd): string => `${end.side}:${end.node}.${end.port}`;

/** All ports that a wire from here may go to, as keys. */
export function fitting(editor: Editor, scene: Scene, from: PortEnd): Set<string> {
  const found = new Set<string>();
  const start = scene.spotOf(from);
  if (!start) return found;
  const barred = from.side === "output" ? before(scene, from.node) : after(scene, from.node);
  for (const item of scene.items.value.values()) {
    if (barred.has(item.id)) continue;
    const spots = from.side === "output" ? item.shape.inputs : item.shape.outputs;
    for (const spot of spots.values()) if (fits(editor, from.side === "output" ? [start, spot] : [spot, start])) found.add(keyOf({ node: item.id, port: spot.name, side: spot.side }));
  }
  return found;
}

type End = { port: PortJson; parameter: Parameters<typeof fitsParameter>[2] | null };

const fits = (editor: Editor, [source, target]: [End, End]): boolean =>
  target.parameter ? fitsParameter(editor.catalogue, source.port, target.parameter) : fitsPort(editor.catalogue, source.port, target.port);

/** Which port of a node a wire dropped on its body means: a free one that must be wired first, a taken one last. */
export function portOf(scene: Scene, from: PortEnd, node: string, fits: ReadonlySet<string>): PortEnd | null {
  const item = scene.items.value.get(node);
  if (!item) return null;
  const side = from.side === "output" ? "input" : "output";
  const spots = [...(side === "input" ? item.shape.inputs : item.shape.outputs).values()];
  const cost = (spot: (typeof spots)[number]): number => {
    const taken = references(item.node.inputs?.[spot.name]).length > 0 && !spot.port.many;
    return (taken ? 8 : 0) + (spot.parameter ? 4 : 0) + (spot.port.optional && !spot.parameter ? 2 : 0) + (spot.port.many ? 1 : 0);
  };
  const found = spots
    .filter((spot) => fits.has(keyOf({ node, port: spot.name, side })))
    .sort((one, other) => cost(one) - cost(other))[0];
  return found ? { node, port: found.name, side } : null;
}
