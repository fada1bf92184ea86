/** What part of the graph is on the screen: screen = graph · zoom + (x, y). */

import { shallowRef, type ShallowRef } from "vue";
import type { Box } from "./geometry";
import type { Point, Size } from "./handle";

export interface View {
  x: number;
  y: number;
  zoom: number;
}

export const LEAST_ZOOM = 0.05;
export const MOST_ZOOM = 2.5;
const MARGIN = 28;
const SMOOTH = 220;

export interface Viewport {
  readonly view: ShallowRef<View>;
  readonly size: ShallowRef<Size>;
  set(view: View): void;
  panBy(x: number, y: number): void;
  /** Zoom with one point of the screen staying where it is. */
  zoomAt(zoom: number, screen: Point): void;
  /** Go there in a moment, or at once where motion is not wanted. */
  glide(view: View): void;
  /** The view that has all of a box in it. */
  fitting(box: Box, most?: number): View;
  toGraph(local: Point): Point;
  toLocal(at: Point): Point;
  /** The part of the graph that is on the screen. */
  shown(): Box;
}

export const calm = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const clampZoom = (zoom: number): number => Math.min(Math.max(zoom, LEAST_ZOOM), MOST_ZOOM);

export function createViewport(): Viewport {
  const view = shallowRef<View>({ x: 0, y: 0, zoom: 1 });
  const size = shallowRef<Size>({ width: 0, height: 0 });
  let gliding = 0;

  function set(next: View): void {
    cancelAnimationFrame(gliding);
    view.value = { ...next, zoom: clampZoom(next.zoom) };
  }
  function glide(to: View): void {
    if (calm()) return set(to);
    cancelAnimationFrame(gliding);
    const from = view.value;
    const begun = performance.now();
    const step = (now: number): void => {
      const part = Math.min((now - begun) / SMOOTH, 1);
      const eased = 1 - (1 - part) ** 3;
      const zoom = from.zoom * (to.zoom / from.zoom) ** eased;
      const mixed = to.zoom === from.zoom ? eased : (zoom - from.zoom) / (to.zoom - from.zoom);
      view.value = { x: from.x + (to.x - from.x) * mixed, y: from.y + (to.y - from.y) * mixed, zoom };
      if (part < 1) gliding = requestAnimationFrame(step);
    };
    gliding = requestAnimationFrame(step);
  }
  return {
    view,
    size,
    set,
    glide,
    panBy: (x, y) => set({ ...view.value, x: view.value.x + x, y: view.value.y + y }),
    zoomAt(zoom, screen) {
      const next = clampZoom(zoom);
      const scale = next / view.value.zoom;
      set({ x: screen.x - (screen.x - view.value.x) * scale, y: screen.y - (screen.y - view.value.y) * scale, zoom: next });
    },
    fitting(box, most = 1) {
      const { width, height } = size.value;
      const zoom = clampZoom(
        Math.min((width - 2 * MARGIN) / Math.max(box.width, 1), (height - 2 * MARGIN) / Math.max(box.height, 1), most),
      );
      return {
        zoom,
        x: Math.round((width - box.width * zoom) / 2 - box.x * zoom),
        y: Math.round((height - box.height * zoom) / 2 - box.y * zoom),
      };
    },
    toGraph: (local) => ({ x: (local.x - view.value.x) / view.value.zoom, y: (local.y - view.value.y) / view.value.zoom }),
    toLocal: (at) => ({ x: at.x * view.value.zoom + view.value.x, y: at.y * view.value.zoom + view.value.y }),
    shown: () => ({
      x: -view.value.x / view.value.zoom,
      y: -view.value.y / view.value.zoom,
      width: size.value.width / view.value.zoom,
      height: size.value.height / view.value.zoom,
    }),
  };
}

const keyOf = (document: string, path: string): string => `noiseloom-view-${document}-${path}`;

/** Where this tab last looked at this level. */
export function rememberedView(document: string, path: string): View | null {
  const text = sessionStorage.getItem(keyOf(document, path));
  return text ? (JSON.parse(text) as View) : null;
}

export const rememberView = (document: string, path: string, view: View): void =>
  sessionStorage.setItem(keyOf(document, path), JSON.stringify(view));
