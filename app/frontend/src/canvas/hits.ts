/** What is at a point of the graph, by geometry: for what is not in the DOM, and for what hides under the pointer's own drag. */

import type { CanvasContext } from "./context";
import { groupBox, TITLE } from "./frames";
import { grown, holds } from "./geometry";
import type { Point, PortEnd } from "./handle";
import { HEADER } from "./metrics";
import { distance } from "./paths";

export function nodeAt({ scene }: CanvasContext, at: Point): string | null {
  let found: string | null = null;
  for (const id of scene.items.value.keys()) if (holds(scene.boxOf(id), at)) found = id;
  return found;
}

export function portAt({ scene }: CanvasContext, at: Point, within: number): PortEnd | null {
  let found: PortEnd | null = null;
  let least = within;
  for (const item of scene.items.value.values()) {
    if (!holds(grown(scene.boxOf(item.id), within), at)) continue;
    for (const spot of [...item.shape.inputs.values(), ...item.shape.outputs.values()]) {
      const end: PortEnd = { node: item.id, port: spot.name, side: spot.side };
      const place = scene.portAt(end);
      const far = Math.hypot(place.x - at.x, place.y - at.y);
      if (far < least) {
        least = far;
        found = end;
      }
    }
  }
  return found;
}

export function wireAt({ scene }: CanvasContext, at: Point, within: number): string | null {
  let found: string | null = null;
  let least = within;
  for (const wire of scene.wires.value.values()) {
    const from = scene.portAt(wire.from);
    const to = scene.portAt(wire.to);
    const slack = 280;
    if (at.x < Math.min(from.x, to.x) - slack || at.x > Math.max(from.x, to.x) + slack) continue;
    if (at.y < Math.min(from.y, to.y) - slack || at.y > Math.max(from.y, to.y) + slack) continue;
    const far = distance(from, to, at);
    if (far < least) {
      least = far;
      found = wire.id;
    }
  }
  return found;
}

/** A frame by its title, or a note. */
export function frameAt({ scene, noteBoxes }: CanvasContext, at: Point): { list: "groups" | "notes"; id: string } | null {
  for (const [id, box] of noteBoxes.value) if (holds(box, at)) return { list: "notes", id };
  for (const group of [...scene.groups.value].reverse()) {
    const box = groupBox(scene, group);
    if (holds({ ...box, height: Math.max(TITLE, HEADER) }, at)) return { list: "groups", id: group.id };
  }
  return null;
}
