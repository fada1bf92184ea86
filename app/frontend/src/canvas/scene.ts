/** What is to be drawn, derived from the document: cards, wires, frames. Nothing here outlives the document it came from. */

import { computed, shallowReactive, shallowRef, type ComputedRef, type ShallowReactive, type ShallowRef } from "vue";
import { join, parseReference, references } from "../document/references";
import type { FrameJson, NodeJson, PlaceJson } from "../document/types";
import type { Editor } from "../state/editor";
import type { NodeTypeJson, PortJson } from "../state/protocol";
import type { Signature } from "../state/signatures";
import { routeAround } from "./avoiding";
import type { Box } from "./geometry";
import type { Point, PortEnd } from "./handle";
import { HEADER, shapeOf, type Shape, type Spot } from "./metrics";
import { routeBetween, type Route } from "./paths";
import { createPlaces } from "./places";

export interface Item {
  id: string;
  path: string;
  node: NodeJson;
  place: PlaceJson;
  type: NodeTypeJson | null;
  signature: Signature;
  shape: Shape;
  kind: string;
}

export interface Wire {
  /** `target.port#index` */
  id: string;
  from: PortEnd;
  to: PortEnd;
  index: number;
  colour: string;
}

export interface Scene {
  readonly items: ComputedRef<ReadonlyMap<string, Item>>;
  readonly wires: ComputedRef<ReadonlyMap<string, Wire>>;
  /** The wires at each node. */
  readonly wiresOf: ComputedRef<ReadonlyMap<string, readonly Wire[]>>;
  /** The output ports that something is wired to, as "node.port". */
  readonly used: ComputedRef<ReadonlySet<string>>;
  readonly groups: ComputedRef<readonly FrameJson[]>;
  readonly notes: ComputedRef<readonly FrameJson[]>;
  /** Where dragged nodes and frames are, before the document hears of it. */
  readonly dragged: ShallowReactive<Map<string, Point>>;
  /** Counts the moves of what is dragged. */
  readonly stirred: ShallowRef<number>;
  /** The card or frame that is being resized, as an id, "groups:id" or "notes:id". */
  readonly resized: ShallowRef<(Box & { key: string }) | null>;
  readonly unplaced: ComputedRef<ReadonlyMap<string, Point>>;
  placeOf(id: string): Point;
  boxOf(id: string): Box;
  /** Where the middle of a port is. */
  portAt(end: PortEnd): Point;
  routeOf(wire: Wire): Route;
  spotOf(end: PortEnd): Spot | null;
  colourOf(types: readonly string[]): string;
}

/** In larger graphs wires take the plain way. */
const MOST_AVOIDED = 60;

const GREY = "#8a94a6";

export function createScene(editor: Editor): Scene {
  const kept = new Map<string, Item>();
  const dragged = shallowReactive(new Map<string, Point>());
  const resized = shallowRef<(Box & { key: string }) | null>(null);
  const typeOf = (node: NodeJson): NodeTypeJson | null =>
    editor.catalogue.nodes[node.type] ??
    Object.values(editor.catalogue.nodes).find((type) => type.also?.includes(node.type)) ??
    null;
  const colourOf = (types: readonly string[]): string => editor.catalogue.types[types[0] ?? ""]?.colour || GREY;

  const items = computed<ReadonlyMap<string, Item>>(() => {
    const level = editor.level.value;
    const at = editor.path.value;
    const found = new Map<string, Item>();
    for (const [id, node] of Object.entries(level.nodes ?? {})) {
      const own = level.view?.nodes?.[id] ?? NOWHERE;
      const place = resized.value?.key === id ? { ...own, width: resized.value.width } : own;
      const path = join(at, id);
      const earlier = kept.get(id);
      found.set(id, earlier?.node === node && earlier.place === place && earlier.path === path ? earlier : make(id, path, node, place));
    }
    kept.clear();
    for (const [id, item] of found) kept.set(id, item);
    return found;
  });

  function make(id: string, path: string, node: NodeJson, place: PlaceJson): Item {
    const type = typeOf(node);
    const signature = editor.signature(node) ?? guess(node);
    const shape = shapeOf(id, node, place, signature, type);
    return { id, path, node, place, type, signature, shape, kind: node.graph ? "graph" : (type?.kind ?? "") };
  }

  const wires = computed<ReadonlyMap<string, Wire>>(() => {
    const found = new Map<string, Wire>();
    for (const item of items.value.values())
      for (const [port, sources] of Object.entries(item.node.inputs ?? {}))
        references(sources).forEach((text, index) => {
          const reference = parseReference(text);
          const source = items.value.get(reference.node);
          if (!source) return;
          const output = reference.port ?? source.signature.outputs[0]?.name ?? "out";
          const types = source.shape.outputs.get(output)?.port.types ?? [];
          const id = `${item.id}.${port}#${index}`;
          found.set(id, {
            id,
            index,
            from: { node: source.id, port: output, side: "output" },
            to: { node: item.id, port, side: "input" },
            colour: colourOf(types),
          });
        });
    return found;
  });
  const wiresOf = computed(() => {
    const found = new Map<string, Wire[]>();
    for (const wire of wires.value.values())
      for (const end of new Set([wire.from.node, wire.to.node])) {
        const list = found.get(end);
        if (list) list.push(wire);
        else found.set(end, [wire]);
      }
    return found;
  });
  const used = computed(() => new Set([...wires.value.values()].map((wire) => `${wire.from.node}.${wire.from.port}`)));

  const unplaced = createPlaces(editor, items);
  const placeOf = (id: string): Point => {
    const moved = dragged.get(id);
    if (moved) return moved;
    const place = items.value.get(id)?.place;
    if (typeof place?.x === "number" && typeof place.y === "number") return place as Point;
    return unplaced.value.get(id) ?? ORIGIN;
  };
  const spotOf = (end: PortEnd): Spot | null => {
    const shape = items.value.get(end.node)?.shape;
    return (end.side === "input" ? shape?.inputs : shape?.outputs)?.get(end.port) ?? null;
  };
  const boxOf = (id: string): Box => {
    const item = items.value.get(id);
    const { x, y } = placeOf(id);
    if (!item) return { x, y, width: 0, height: 0 };
    return { x, y, width: item.shape.width, height: item.shape.height };
  };
  const boxes = computed(() => new Map([...items.value.keys()].map((id) => [id, boxOf(id)])));
  const portAt = (end: PortEnd): Point => {
    const { x, y } = placeOf(end.node);
    const spot = spotOf(end);
    const width = items.value.get(end.node)?.shape.width ?? 0;
    return spot ? { x: x + spot.x, y: y + spot.y } : { x: x + (end.side === "output" ? width : 0), y: y + HEADER / 2 };
  };
  return {
    items,
    wires,
    wiresOf,
    used,
    groups: computed(() => editor.level.value.view?.groups ?? []),
    notes: computed(() => editor.level.value.view?.notes ?? []),
    dragged,
    unplaced,
    resized,
    stirred: shallowRef(0),
    placeOf,
    boxOf,
    portAt,
    routeOf(wire) {
      const ends = [portAt(wire.from), portAt(wire.to), boxOf(wire.from.node), boxOf(wire.to.node)] as const;
      if (items.value.size > MOST_AVOIDED) return routeBetween(...ends);
      const others = [...boxes.value].flatMap(([id, box]) => (id === wire.from.node || id === wire.to.node ? [] : [box]));
      return routeAround(...ends, others);
    },
    spotOf,
    colourOf,
  };
}

const NOWHERE: PlaceJson = {};
const ORIGIN: Point = { x: 0, y: 0 };

/** Ports for a node whose type is not known, so that its wires have somewhere to go. */
function guess(node: NodeJson): Signature {
  const port = (name: string): PortJson => ({ name, types: [], optional: true });
  return { inputs: Object.keys(node.inputs ?? {}).map(port), parameters: [], outputs: [port("out")] };
}
