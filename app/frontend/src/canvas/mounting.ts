/** Which cards and wires are in the DOM. Cards come a few a frame, so that moving the view never waits for them. */

import { nextTick, shallowRef, type ShallowRef } from "vue";
import type { CanvasContext } from "./context";
import { grown, touches, type Box } from "./geometry";
import { reach } from "./paths";

const FAR_BELOW = 0.35;
const NEAR_ABOVE = 0.37;
const MOST_NEAR = 150;
const MARGIN = 120;
const KEPT = 900;
const MOST_KEPT = 220;
const BUDGET = 7;

export interface Mounting {
  readonly wires: ShallowRef<readonly string[]>;
  /** Bring the DOM nearer to what is in view; whether all of it is there. */
  step(pinned: ReadonlySet<string>): boolean;
  /** Wires in view must be found anew. */
  stale(): void;
}

export function createMounting(context: CanvasContext): Mounting {
  const { scene, viewport, mounted, far } = context;
  const wires = shallowRef<readonly string[]>([]);
  let slice = 6;
  let searched: Box | null = null;
  let zoomed = 0;

  function step(pinned: ReadonlySet<string>): boolean {
    const { zoom } = viewport.view.value;
    const shown = viewport.shown();
    const near = grown(shown, MARGIN / zoom);
    const seen: string[] = [];
    const wanted: string[] = [];
    for (const id of scene.items.value.keys()) {
      const box = scene.boxOf(id);
      if (touches(box, shown)) seen.push(id);
      if (pinned.has(id) || touches(box, near)) wanted.push(id);
    }
    far.value = zoom < (far.value ? NEAR_ABOVE : FAR_BELOW) || seen.length > MOST_NEAR;
    findWires(shown, zoom);
    if (far.value) {
      const kept = [...pinned].filter((id) => scene.items.value.has(id));
      if (kept.length !== mounted.value.length || kept.some((id) => !mounted.value.includes(id))) mounted.value = kept;
      return true;
    }
    const present = new Set(mounted.value);
    const wide = grown(shown, KEPT / zoom);
    let kept = mounted.value.filter((id) => scene.items.value.has(id));
    if (kept.length > MOST_KEPT) kept = kept.filter((id) => pinned.has(id) || touches(scene.boxOf(id), near));
    else kept = kept.filter((id) => pinned.has(id) || touches(scene.boxOf(id), wide));
    const first = new Set(seen);
    const missing = wanted.filter((id) => !present.has(id)).sort((one, other) => Number(first.has(other)) - Number(first.has(one)));
    const coming = missing.slice(0, slice);
    if (coming.length || kept.length !== mounted.value.length) {
      const begun = performance.now();
      mounted.value = inOrder([...kept, ...coming]);
      if (coming.length)
        void nextTick(() => {
          const took = performance.now() - begun;
          slice = Math.max(2, Math.min(24, Math.round((slice * BUDGET) / Math.max(took, 1))));
        });
    }
    return missing.length <= coming.length;
  }

  /** As one reads: from left to right, and downward. */
  function inOrder(ids: string[]): string[] {
    const order = new Map(ids.map((id) => [id, scene.items.value.has(id) ? scene.boxOf(id) : null]));
    const rank = (box: Box | null | undefined): number => (box ? Math.round(box.x / 120) * 1e5 + box.y : 0);
    return ids.sort((one, other) => rank(order.get(one)) - rank(order.get(other)));
  }

  function findWires(shown: Box, zoom: number): void {
    if (far.value) {
      if (wires.value.length) wires.value = [];
      searched = null;
      return;
    }
    if (searched && zoom === zoomed && within(shown, searched)) return;
    const area = grown(shown, 300 / zoom);
    searched = area;
    zoomed = zoom;
    const found: string[] = [];
    for (const wire of scene.wires.value.values()) {
      const from = scene.portAt(wire.from);
      const to = scene.portAt(wire.to);
      const out = reach(from, to);
      const left = Math.min(from.x, to.x) - out;
      const box = { x: left, y: Math.min(from.y, to.y) - 4, width: Math.max(from.x, to.x) + out - left, height: Math.abs(from.y - to.y) + 8 };
      if (touches(box, area)) found.push(wire.id);
    }
    if (found.length !== wires.value.length || found.some((id, index) => id !== wires.value[index])) wires.value = found;
  }

  return { wires, step, stale: () => (searched = null) };
}

const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
