import { drawing } from "./drawing/drawing";
import { fitBox, fitView } from "./fit";
import type { CanvasHandle, Point } from "./handle";
import type { CanvasContext } from "./context";
import { portHeight } from "./places";

export interface Navigation extends CanvasHandle {
  /** The point of the screen, measured from the canvas' own corner. */
  localOf(event: { clientX: number; clientY: number }): Point;
  fit(ids?: readonly string[], gliding?: boolean): void;
}

/** What moves the view and tells where things are: the handle that the rest of the editor holds of the canvas. */
export function createNavigation(context: CanvasContext, root: () => HTMLElement | null, pointer: () => Point | null): Navigation {
  const { viewport, scene } = context;
  const corner = (): Point => {
    const box = root()?.getBoundingClientRect();
    return { x: box?.left ?? 0, y: box?.top ?? 0 };
  };
  const localOf = (event: { clientX: number; clientY: number }): Point => {
    const { x, y } = corner();
    return { x: event.clientX - x, y: event.clientY - y };
  };
  const middle = (): Point => ({ x: viewport.size.value.width / 2, y: viewport.size.value.height / 2 });

  function fit(ids?: readonly string[], gliding = true): void {
    const box = fitBox(context, ids);
    if (!box) return;
    const view = fitView(context, box, ids ? 1.25 : 1);
    if (gliding) viewport.glide(view);
    else viewport.set(view);
  }

  /** Move the view only as far as is needed to have these nodes in it. */
  function reveal(ids: readonly string[]): void {
    const box = fitBox(context, ids);
    if (!box) return;
    const shown = viewport.shown();
    const { zoom, x, y } = viewport.view.value;
    if (box.width > shown.width || box.height > shown.height) return fit(ids);
    const margin = 24 / zoom;
    const left = Math.min(0, box.x - margin - shown.x) + Math.max(0, box.x + box.width + margin - shown.x - shown.width);
    const top = Math.min(0, box.y - margin - shown.y) + Math.max(0, box.y + box.height + margin - shown.y - shown.height);
    if (left || top) viewport.glide({ zoom, x: x - left * zoom, y: y - top * zoom });
  }

  return {
    localOf,
    fit,
    reveal,
    zoomBy: (factor) => viewport.zoomAt(viewport.view.value.zoom * factor, middle()),
    zoomTo: (zoom) => viewport.zoomAt(zoom, middle()),
    toGraph: (screen) => viewport.toGraph(localOf({ clientX: screen.x, clientY: screen.y })),
    toScreen(at) {
      const [local, from] = [viewport.toLocal(at), corner()];
      return { x: local.x + from.x, y: local.y + from.y };
    },
    pointer: () => viewport.toGraph(pointer() ?? middle()),
    sizeOf: (id) => scene.boxOf(id),
    placeOf: (id) => scene.placeOf(id),
    portAt: (...port) => portHeight(scene.items.value, ...port),
    focus: () => root()?.focus({ preventScroll: true }),
    drawing: () => drawing(context, root() ?? document.body),
  };
}
