/** Several parts beside and below each other, in rows, as near to the window's shape as they go. */

import type { Flow } from "./flow";
import type { Placed } from "./graph";

/** The places of all parts together; the parts are taken in their order. */
export function packed(flows: readonly Flow[], aspect: number, gap: number): Flow {
  const area = flows.reduce((sum, part) => sum + (part.width + gap) * (part.height + gap), 0);
  const widest = Math.max(0, ...flows.map((part) => part.width), Math.sqrt(area * aspect));
  const places = new Map<string, Placed>();
  let x = 0;
  let y = 0;
  let row = 0;
  let width = 0;
  for (const part of flows) {
    if (x > 0 && x + part.width > widest + 1) {
      x = 0;
      y += row + gap;
      row = 0;
    }
    for (const [id, place] of part.places) places.set(id, { x: place.x + x, y: place.y + y });
    x += part.width + gap;
    row = Math.max(row, part.height);
    width = Math.max(width, x - gap);
  }
  return { places, width, height: y + row };
}
