/** Results by the run that they came from. */

import type { GalleryItem } from "../../state/protocol";

export interface Run {
  job: string;
  when: string;
  document: string;
  name: string;
  items: GalleryItem[];
}

/** Neighbours of one run together, in the order in which they are. */
export function runsOf(items: readonly GalleryItem[]): Run[] {
  const runs: Run[] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last && last.job === item.job) last.items.push(item);
    else runs.push({ job: item.job, when: item.when, document: item.document, name: item.name, items: [item] });
  }
  return runs;
}

/** What an item is called: its node, its port where it is not the only one that matters, and its cell of a sweep. */
export const titleOf = (item: GalleryItem): string => [item.node, item.cell].filter(Boolean).join(" · ");

/** The time of day, and the day where it is not today. */
export function clock(when: string, now = new Date()): string {
  const at = new Date(when);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return at.toDateString() === now.toDateString() ? time : `${at.toLocaleDateString("en", { day: "numeric", month: "short" })}, ${time}`;
}

/** The newest first; ids rise. */
export const newestFirst = (items: Iterable<GalleryItem>): GalleryItem[] => [...items].sort((one, other) => Number(other.id) - Number(one.id));
