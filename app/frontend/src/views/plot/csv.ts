/** The numbers of a plot as CSV: a row for each point, each bar and each place of a line. */

import { csvOf } from "../table/writing";
import type { Plot } from "./types";

export function plotCsv(plot: Plot): string {
  const rows: (string | number | null)[][] = [];
  for (const panel of plot.panels)
    for (const mark of panel.marks) {
      const head = [panel.title, mark.mark, mark.mark === "words" ? "" : mark.name];
      if (mark.mark === "points") mark.at.forEach(([x, y], number) => rows.push([...head, number, x, y, mark.value?.[number] ?? null]));
      else if (mark.mark === "lines")
        mark.at.forEach((line, number) => line.forEach(([x, y], step) => rows.push([...head, number, x, y, mark.value?.[number]?.[step] ?? null])));
      else if (mark.mark === "bars") mark.heights.forEach((height, number) => rows.push([...head, number, mark.edges[number] ?? null, height, null]));
      else mark.at.forEach(([x, y], number) => rows.push([...head, mark.texts[number] ?? "", x, y, null]));
    }
  return csvOf(["panel", "mark", "series", "number", plot.x.label || "x", plot.y.label || "y", plot.colours?.label || "value"], rows);
}
