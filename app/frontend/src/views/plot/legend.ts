/** The series of a plot, each name once. */

import type { Plot, SeriesMark } from "./types";

export interface Entry {
  name: string;
  mark: SeriesMark["mark"];
  colour: string;
  ring: boolean;
  /** Its colours are those of the scale. */
  valued: boolean;
}

export function entriesOf(plot: Plot): Entry[] {
  const found = new Map<string, Entry>();
  for (const panel of plot.panels)
    for (const mark of panel.marks) {
      if (mark.mark === "words" || !mark.name || found.has(mark.name)) continue;
      const ring = mark.mark === "points" && mark.ring;
      found.set(mark.name, { name: mark.name, mark: mark.mark, colour: mark.colour, ring, valued: mark.mark !== "bars" && mark.value !== undefined });
    }
  return [...found.values()];
}

/** Whether a mark is to be drawn. */
export const isShown = (name: string | undefined, hidden: ReadonlySet<string>): boolean => !name || !hidden.has(name);
