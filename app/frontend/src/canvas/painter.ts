/** Once a frame: put the view in force, bring cards in, draw what is drawn by hand. */

import { watch } from "vue";
import type { CanvasContext } from "./context";
import type { Mounting } from "./mounting";

const DOTS = 22;
/** The base size at zoom 1 at which the smallest text of a card is 11 px. */
const SMALLEST = 12.5;
const BASE = 13;
const LARGEST = 18;
const SMALL_BELOW = 0.6;

export interface PainterHooks {
  root(): HTMLElement | null;
  layer(): HTMLElement | null;
  paper(): HTMLCanvasElement | null;
  map(): { draw(): void } | null;
  draw(canvas: HTMLCanvasElement, context: CanvasContext, redraw: () => void): void;
}

export interface Painter {
  begin(): void;
  invalidate(): void;
  end(): void;
}

export function createPainter(context: CanvasContext, mounting: Mounting, hooks: PainterHooks): Painter {
  const { viewport, scene, editor, far } = context;
  let frame = 0;
  let beat = 0;
  let marked = { skeleton: false, drawn: false };
  let mapDue = 0;
  let letters = 0;
  let stops: (() => void)[] = [];

  const invalidate = (): void => {
    frame ||= requestAnimationFrame(paint);
  };

  function paint(): void {
    frame = 0;
    place();
    const ready = mounting.step(pinned());
    const paper = hooks.paper();
    if (paper) hooks.draw(paper, context, invalidate);
    hooks.root()?.classList.toggle("nl-is-far", far.value);
    // The minimap is worth a third of the frames while much moves.
    const now = performance.now();
    if (now >= mapDue || ready) {
      hooks.map()?.draw();
      mapDue = now + 50;
    }
    if (!ready) invalidate();
    mark(ready);
  }

  function mark(ready: boolean): void {
    if (!marked.skeleton) {
      marked.skeleton = true;
      requestAnimationFrame(() => performance.mark("nl-skeleton"));
    }
    if (marked.drawn || !ready) return;
    marked.drawn = true;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        performance.mark("nl-drawn");
        hooks.root()?.setAttribute("data-ready", "");
      }),
    );
  }

  /** Cards that must not go, whether in view or not. */
  function pinned(): ReadonlySet<string> {
    const ids = new Set<string>();
    for (const key of scene.dragged.keys()) if (!key.includes(":") && !far.value) ids.add(key);
    const focused = document.activeElement?.closest("[data-node]")?.getAttribute("data-node");
    if (focused && hooks.root()?.contains(document.activeElement)) ids.add(focused);
    const chosen = editor.selected.nodes.value;
    if (!far.value && chosen.size <= 20) chosen.forEach((id) => ids.add(id));
    return ids.size > 60 ? new Set([...ids].slice(0, 60)) : ids;
  }

  function place(): void {
    const layer = hooks.layer();
    const root = hooks.root();
    if (!layer || !root) return;
    const { x, y, zoom } = viewport.view.value;
    layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    const gap = DOTS * 2 ** Math.round(-Math.log2(zoom)) * zoom;
    root.style.backgroundSize = `${gap}px ${gap}px`;
    root.style.backgroundPosition = `${x - gap / 2}px ${y - gap / 2}px`;
    // Letters grow against the zoom, in steps so that cards are not laid out at every turn of the wheel.
    const size = Math.min(Math.max(BASE, Math.ceil((SMALLEST / zoom) * 2) / 2), LARGEST);
    if (size !== letters) {
      letters = size;
      layer.style.setProperty("--letters", `${size}px`);
    }
    layer.classList.toggle("nl-small", zoom < SMALL_BELOW);
  }

  return {
    invalidate,
    begin() {
      const stale = (): void => {
        mounting.stale();
        invalidate();
      };
      stops = [
        watch([viewport.view, viewport.size], invalidate),
        watch([scene.items, scene.wires, scene.unplaced, scene.groups, scene.notes], stale),
        watch([editor.selected.nodes, editor.selected.wires, editor.selected.frames, editor.plan, context.faults, scene.resized], invalidate),
        watch(() => [scene.dragged.size, ...scene.dragged.values()], invalidate),
        watch([context.linking.link, context.far, context.mounted], invalidate),
      ];
      // What runs changes its record many times a second; what is drawn by hand follows in its own time.
      beat = window.setInterval(() => {
        if (editor.job.value?.state === "running" || editor.job.value?.state === "waiting") invalidate();
      }, 120);
      stops.push(watch(() => editor.job.value?.state, invalidate));
      const theme = new MutationObserver(invalidate);
      const themed = hooks.root()?.closest("[data-theme]");
      if (themed) theme.observe(themed, { attributes: true, attributeFilter: ["data-theme"] });
      stops.push(() => theme.disconnect());
      marked = { skeleton: false, drawn: false };
      paint();
    },
    end() {
      cancelAnimationFrame(frame);
      clearInterval(beat);
      stops.forEach((stop) => stop());
    },
  };
}
