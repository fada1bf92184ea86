/** Where groups are. One without a place of its own stands around its nodes. */

import type { FrameJson } from "../document/types";
import { around, grown, holds, type Box } from "./geometry";
import type { Scene } from "./scene";

export const TITLE = 30;

export const hasBox = (frame: FrameJson): boolean => [frame.x, frame.y].every((part) => typeof part === "number");

/** The members that a group names. */
export function membersOf(group: FrameJson): string[] {
  const members = group["nodes"];
  return Array.isArray(members) ? members.filter((member): member is string => typeof member === "string") : [];
}

export function groupBox(scene: Scene, group: FrameJson): Box {
  const resized = scene.resized.value;
  if (resized?.key === `groups:${group.id}`) return resized;
  const moved = scene.dragged.get(`groups:${group.id}`);
  if (hasBox(group) && typeof group.width === "number" && typeof group.height === "number")
    return { x: moved?.x ?? group.x ?? 0, y: moved?.y ?? group.y ?? 0, width: group.width, height: group.height };
  const boxes = membersOf(group).filter((id) => scene.items.value.has(id)).map((id) => scene.boxOf(id));
  const box = grown(around(boxes) ?? { x: group.x ?? 0, y: group.y ?? 0, width: 240, height: 120 }, 20);
  return { ...box, y: box.y - TITLE, height: box.height + TITLE };
}

/** The nodes that move with a group: those whose middle is inside, or those it names where it has no box. */
export function carried(scene: Scene, group: FrameJson): string[] {
  if (!hasBox(group) || typeof group.width !== "number") return membersOf(group).filter((id) => scene.items.value.has(id));
  const box = groupBox(scene, group);
  return [...scene.items.value.keys()].filter((id) => {
    const inner = scene.boxOf(id);
    return holds(box, { x: inner.x + inner.width / 2, y: inner.y + Math.min(inner.height / 2, 40) });
  });
}
