/** The place that a card keeps for what comes out of its node, so that nothing moves when it arrives. */

import type { NodeNews, NodeTypeJson, View } from "../state/protocol";

interface Room {
  /** The least width of the card, and the height of the picture at that width. */
  width: number;
  height: number;
}

const PREVIEW: Room = { width: 192, height: 128 };
const ROOMS: Record<string, Room> = {
  Plot: { width: 272, height: 192 },
  Table: { width: 264, height: 144 },
  Text: { width: 256, height: 144 },
  Image: { width: 208, height: 136 },
};
const MOST = 480;
const STEPPED = ["solver", "inversion", "search"];
const SAMPLED = ["Sample", "Trajectory", "Halfway"];

/** Whether a node takes steps of a model, whose number is told on its card. */
export const isStepped = (type: NodeTypeJson | null): boolean => type !== null && (STEPPED.includes(type.kind) && SAMPLED.includes(type.outputs[0]?.types[0] ?? ""));

/** The room that a node's result gets on its card; null where it shows none. */
export function roomOf(type: NodeTypeJson | null): Room | null {
  if (!type) return null;
  const gives = type.outputs[0]?.types[0] ?? "";
  if (type.output) return ROOMS[gives] ?? PREVIEW;
  return isStepped(type) ? PREVIEW : null;
}

/** How high it is on a card of this width: wider cards show larger pictures. */
export const heightOf = (room: Room, width: number): number => Math.round(Math.min(room.height * Math.max(1, width / room.width), MOST));

/** What a card shows of a run: its preview while it runs, then its first result. */
export function viewOf(news: NodeNews): View | null {
  if (news.preview) return news.preview;
  return Object.values(news.views ?? {})[0] ?? null;
}
