/** A layout for a level: left to right along the wires, few crossings, compact, and the same every time. */

import type { Point, Size } from "../canvas/handle";
import { parseReference, references } from "../document/references";
import type { FrameJson, LevelJson } from "../document/types";
import { flow, type Flow, type FlowOptions } from "./layout/flow";
import { partsOf, type Block, type Link } from "./layout/graph";
import { packed } from "./layout/packing";

export interface ArrangeOptions {
  /** Only these; the others are as if they were not there. */
  only?: readonly string[];
  /** Width by height of the window. */
  aspect?: number;
  /** The gaps between columns and between blocks. */
  column?: number;
  row?: number;
  /** How many times as many layouts are looked at as where the graph is to be shown at once. */
  effort?: number;
  /** Where a port is, below the top of its card. */
  portAt?: (id: string, side: "input" | "output", port: string | null) => number;
}

const FRAME = { side: 24, top: 56 };
const STEP = 8;

/** A place for each node. Nodes within a group frame stay together. */
export function arrange(level: LevelJson, sizeOf: (id: string) => Size, options: ArrangeOptions = {}): Record<string, Point> {
  const nodes = level.nodes ?? {};
  const ids = (options.only ?? Object.keys(nodes)).filter((id) => id in nodes);
  const wanted: FlowOptions = { aspect: options.aspect ?? 1.7, column: options.column ?? (ids.length > 60 ? 64 : 48), row: options.row ?? 24, effort: options.effort ?? 1 };
  const sizes = new Map(ids.map((id) => [id, sizeOf(id)]));
  const links = linksOf(level, ids, options.portAt ?? portAt(level));
  const groupOf = groupsOf(level, ids, sizes);
  const inner = new Map<string, Flow>();
  for (const group of new Set(groupOf.values())) {
    const members = ids.filter((id) => groupOf.get(id) === group);
    inner.set(group, parts(blocksOf(members, sizes), links.filter((link) => groupOf.get(link.from) === group && groupOf.get(link.to) === group), wanted));
  }
  const outer = parts(outerBlocks(ids, sizes, groupOf, inner), outerLinks(links, groupOf, inner), wanted);
  const found: Record<string, Point> = {};
  for (const id of ids) {
    const group = groupOf.get(id);
    const within = group === undefined ? undefined : inner.get(group)?.places.get(id);
    const place = outer.places.get(group ?? id) ?? { x: 0, y: 0 };
    const x = place.x + (within ? within.x + FRAME.side : 0);
    const y = place.y + (within ? within.y + FRAME.top : 0);
    found[id] = { x: Math.round(x / STEP) * STEP, y: Math.round(y / STEP) * STEP };
  }
  return found;
}

function parts(blocks: readonly Block[], links: readonly Link[], options: FlowOptions): Flow {
  const found = partsOf(blocks, links);
  const [only] = found;
  if (found.length === 1 && only) return flow(only, links, options);
  const flows = found.map((part) => {
    const ids = new Set(part.map((block) => block.id));
    return flow(part, links.filter((link) => ids.has(link.from)), options);
  });
  return packed(flows, options.aspect, options.column);
}

const blocksOf = (ids: readonly string[], sizes: ReadonlyMap<string, Size>): Block[] =>
  ids.map((id) => ({ id, width: sizes.get(id)?.width ?? 200, height: sizes.get(id)?.height ?? 100 }));

function outerBlocks(ids: readonly string[], sizes: ReadonlyMap<string, Size>, groupOf: ReadonlyMap<string, string>, inner: ReadonlyMap<string, Flow>): Block[] {
  const seen = new Set<string>();
  return ids.flatMap((id) => {
    const group = groupOf.get(id);
    if (group === undefined) return blocksOf([id], sizes);
    if (seen.has(group)) return [];
    seen.add(group);
    const part = inner.get(group);
    return [{ id: group, width: (part?.width ?? 0) + 2 * FRAME.side, height: (part?.height ?? 0) + FRAME.top + FRAME.side }];
  });
}

const outerLinks = (links: readonly Link[], groupOf: ReadonlyMap<string, string>, inner: ReadonlyMap<string, Flow>): Link[] =>
  links.map((link) => {
    const [from, to] = [groupOf.get(link.from), groupOf.get(link.to)];
    return {
      from: from ?? link.from,
      to: to ?? link.to,
      out: link.out + (from === undefined ? 0 : (inner.get(from)?.places.get(link.from)?.y ?? 0) + FRAME.top),
      into: link.into + (to === undefined ? 0 : (inner.get(to)?.places.get(link.to)?.y ?? 0) + FRAME.top),
    };
  });

function linksOf(level: LevelJson, ids: readonly string[], at: NonNullable<ArrangeOptions["portAt"]>): Link[] {
  const known = new Set(ids);
  return ids.flatMap((to) =>
    Object.entries(level.nodes?.[to]?.inputs ?? {}).flatMap(([port, wires]) =>
      references(wires).flatMap((text) => {
        const source = parseReference(text);
        return known.has(source.node) ? [{ from: source.node, to, out: at(source.node, "output", source.port), into: at(to, "input", port) }] : [];
      }),
    ),
  );
}

/** Without knowing the cards: the inputs in the order in which the document has them. */
const portAt =
  (level: LevelJson) =>
  (id: string, side: "input" | "output", port: string | null): number =>
    side === "output" ? 60 : 60 + 22 * Math.max(0, Object.keys(level.nodes?.[id]?.inputs ?? {}).indexOf(port ?? ""));

/** The first frame that each node belongs to. */
function groupsOf(level: LevelJson, ids: readonly string[], sizes: ReadonlyMap<string, Size>): Map<string, string> {
  const places = level.view?.nodes ?? {};
  const boxes = new Map(
    ids.flatMap((id) => {
      const place = places[id];
      return place?.x === undefined ? [] : [[id, { x: place.x, y: place.y ?? 0, ...(sizes.get(id) ?? { width: 200, height: 100 }) }] as const];
    }),
  );
  const found = new Map<string, string>();
  for (const group of level.view?.groups ?? [])
    for (const id of membersOf(level, group, boxes)) if (!found.has(id) && sizes.has(id)) found.set(id, `group:${group.id}`);
  return found;
}

/** The nodes of a frame: whose head lies within it, or those it names where it has no box of its own. */
export function membersOf(level: LevelJson, group: FrameJson, boxes: ReadonlyMap<string, Point & Size>): string[] {
  const { x, y = 0, width, height } = group;
  if (x === undefined || width === undefined || height === undefined) {
    const named = group["nodes"];
    return Array.isArray(named) ? named.filter((id): id is string => typeof id === "string" && id in (level.nodes ?? {})) : [];
  }
  return [...boxes].flatMap(([id, box]) => {
    const at = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 40) };
    return at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height ? [id] : [];
  });
}
