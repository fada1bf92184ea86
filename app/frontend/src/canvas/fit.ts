/** The box that a fit brings into view. */

import type { CanvasContext } from "./context";
import { groupBox } from "./frames";
import { around, touches, type Box } from "./geometry";
import type { View } from "./viewport";

/** Around these nodes, or around everything on the level. */
export function fitBox({ scene, noteBoxes }: CanvasContext, ids?: readonly string[]): Box | null {
  if (ids) return around(ids.filter((id) => scene.items.value.has(id)).map((id) => scene.boxOf(id)));
  return around([
    ...[...scene.items.value.keys()].map((id) => scene.boxOf(id)),
    ...scene.groups.value.map((group) => groupBox(scene, group)),
    ...noteBoxes.value.values(),
  ]);
}

const BAR = { width: 208, height: 46 };
const FOOT = 40;

/** The view that has a box in it; where a card would lie under the zoom bar, with room for that below. */
export function fitView(context: CanvasContext, box: Box, most: number): View {
  const { viewport, scene } = context;
  const view = viewport.fitting(box, most);
  const { width, height } = viewport.size.value;
  const bar = {
    x: (width - BAR.width - view.x) / view.zoom,
    y: (height - BAR.height - view.y) / view.zoom,
    width: BAR.width / view.zoom,
    height: BAR.height / view.zoom,
  };
  return [...scene.items.value.keys()].some((id) => touches(scene.boxOf(id), bar)) ? viewport.fitting(box, most, FOOT) : view;
}

/** Whether the whole level is on the screen, so that a map of it tells nothing. */
export function allShown(context: CanvasContext): boolean {
  const box = fitBox(context);
  const shown = context.viewport.shown();
  return !box || (box.x >= shown.x && box.y >= shown.y && box.x + box.width <= shown.x + shown.width && box.y + box.height <= shown.y + shown.height);
}
