/** Where groups and notes are. One without a place of its own stands around its nodes, or above the graph. */

import type { Editor } from "../state/editor";
import type { FrameJson } from "../document/types";
import { around, grown, holds, type Box } from "./geometry";
import type { Scene } from "./scene";

export const TITLE = 30;
const NOTE_WIDTH = 320;
const LINE = 19.5;
const LETTERS = 0.138;

const hasBox = (frame: FrameJson): boolean => [frame.x, frame.y].every((part) => typeof part === "number");

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

/** How high a note of this width is for its text, roughly: a letter is 7 wide, a line 20 high. */
export function noteHeight(text: string, width: number): number {
  const letters = Math.max(8, (width - 28) * LETTERS);
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0);
  return Math.round(lines * LINE + 24);
}

/** The boxes of all notes; those without a place stand in a row above the graph. */
export function noteBoxes(editor: Editor, scene: Scene): Map<string, Box> {
  const found = new Map<string, Box>();
  let next: { x: number; y: number } | null = null;
  for (const note of editor.level.value.view?.notes ?? []) {
    const resized = scene.resized.value;
    if (resized?.key === `notes:${note.id}`) {
      found.set(note.id, resized);
      continue;
    }
    const width = note.width ?? NOTE_WIDTH;
    const height = note.height ?? noteHeight(note.text ?? "", width);
    const moved = scene.dragged.get(`notes:${note.id}`);
    if (moved || hasBox(note)) {
      found.set(note.id, { x: moved?.x ?? note.x ?? 0, y: moved?.y ?? note.y ?? 0, width, height });
      continue;
    }
    if (!next) {
      const graph = around([...scene.items.value.keys()].map((id) => scene.boxOf(id)));
      next = { x: graph?.x ?? 0, y: (graph?.y ?? 0) - 24 };
    }
    found.set(note.id, { x: next.x, y: next.y - height, width, height });
    next = { x: next.x + width + 24, y: next.y };
  }
  return found;
}
