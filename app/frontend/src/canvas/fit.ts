/** The box that a fit brings into view. */

import type { CanvasContext } from "./context";
import { groupBox } from "./frames";
import { around, type Box } from "./geometry";

/** Around these nodes, or around everything on the level. */
export function fitBox({ scene, noteBoxes }: CanvasContext, ids?: readonly string[]): Box | null {
  if (ids) return around(ids.filter((id) => scene.items.value.has(id)).map((id) => scene.boxOf(id)));
  return around([
    ...[...scene.items.value.keys()].map((id) => scene.boxOf(id)),
    ...scene.groups.value.map((group) => groupBox(scene, group)),
    ...noteBoxes.value.values(),
  ]);
}
