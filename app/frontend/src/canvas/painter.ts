/** Once a frame: put the view in force, bring cards in, draw what is drawn by hand. */

import { watch } from "vue";
import type { CanvasContext } from "./context";
import { allShown } from "./fit";
import type { Mounting } from "./mounting";
import { createPaper } from "./paper";

const DOTS = 22;
/** The base size at zoom 1 at which the smallest text of a card is 11 px. */
const SMALLEST = 12.5;
const BASE = 13;
const LARGEST = 21.5;
/** Below these zooms the text of fields, and then that of ports, would be too small to read and is left out. */
const SMALL_BELOW = 0.7;
const TINY_BELOW = 0.52;
const STILL = 160;

export interface PainterHooks {
  root(): HTMLElement | null;
  layer(): HTMLElement | null;
  grid(): HTMLElement | null;
  sheet(): HTMLCanvasElement | null;
  map(): { draw(): void } | null;
  draw(canvas: HTMLCanvasElement, context: CanvasContext, redraw: () => void): void;
}

export interface Painter {
  begin(): void;
  end(): void;
}

export function createPainter(context: CanvasContext, mounting: Mounting, hooks: PainterHooks): Painter {
  const { viewport, scene, editor, far } = context;
  let frame = 0;
  let beat = 0;
  let still = 0;
  let changed = true;
  let marked = { skeleton: false, drawn: false };
  let mapDue = 0;
  let letters = 0;
  let shownZoom = 0;
  let stops: (() => void)[] = [];

  const paper = createPaper(context, hooks.sheet, (canvas) => hooks.draw(canvas, context, change));

  function invalidate(): void {
    frame ||= requestAnimationFrame(paint);
  }
  /** Something else than the view is another. */
  function change(): void {
    changed = true;
    invalidate();
  }

  function paint(): void {
    frame = 0;
    place();
    const wasFar = far.value;
    const ready = mounting.step(pinned());
    if (far.value || !ready) paper.show(changed || !ready || wasFar !== far.value);
    else paper.hide();
    changed = false;
    hooks.root()?.classList.toggle("nl-is-far", far.value);
    // The minimap is worth some of the frames while much moves.
    const now = performance.now();
    if (now >= mapDue) {
      mapDue = now + 90;
      context.whole.value = allShown(context);
      hooks.map()?.draw();
    } else invalidateLater();
    if (!ready) invalidate();
    mark(ready);
  }

  let later = 0;
  function invalidateLater(): void {
    clearTimeout(later);
    later = window.setTimeout(invalidate, 100);
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
    const focused = document.activeElement?.closest("[data-node]")?.getAttribute("data-node");
    if (focused && hooks.root()?.contains(document.activeElement)) ids.add(focused);
    const chosen = editor.selected.nodes.value;
    if (!far.value && chosen.size <= 20) chosen.forEach((id) => ids.add(id));
    return ids;
  }

  function place(): void {
    const layer = hooks.layer();
    const grid = hooks.grid();
    if (!layer || !grid) return;
    const { x, y, zoom } = viewport.view.value;
    layer.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    const gap = DOTS * 2 ** Math.round(-Math.log2(zoom)) * zoom;
    grid.style.transform = `translate(${x - Math.ceil(x / gap) * gap}px, ${y - Math.ceil(y / gap) * gap}px)`;
    // While it only moves it need not be painted, only moved; while it is scaled it must be, or it blurs.
    layer.classList.toggle("nl-moves", zoom === shownZoom);
    clearTimeout(still);
    still = window.setTimeout(() => layer.classList.remove("nl-moves"), STILL);
    if (zoom === shownZoom) return;
    shownZoom = zoom;
    grid.style.backgroundSize = `${gap}px ${gap}px`;
    // Letters grow against the zoom, in steps so that cards are not laid out at every turn of the wheel.
    const size = Math.min(Math.max(BASE, Math.ceil((SMALLEST / zoom) * 2) / 2), LARGEST);
    if (size !== letters) {
      letters = size;
      layer.style.setProperty("--letters", `${size}px`);
    }
    layer.classList.toggle("nl-small", zoom < SMALL_BELOW);
    layer.classList.toggle("nl-tiny", zoom < TINY_BELOW);
  }

  return {
    begin() {
      const rewired = (): void => {
        mounting.stale();
        change();
      };
      const { nodes, wires, frames } = editor.selected;
      stops = [
        watch([viewport.view, viewport.size], invalidate),
        watch([scene.items, scene.wires, scene.unplaced, scene.groups, scene.notes], rewired),
        watch([nodes, wires, frames, editor.plan, context.faults, scene.resized, scene.stirred], change),
        watch([context.linking.link, context.mounted, context.shell.minimap], change),
        watch(() => editor.job.value?.state, change),
      ];
      // What runs changes its record many times a second; what is drawn by hand follows in its own time.
      beat = window.setInterval(() => {
        if (editor.job.value?.state === "running") change();
      }, 120);
      const theme = new MutationObserver(change);
      const themed = hooks.root()?.closest("[data-theme]");
      if (themed) theme.observe(themed, { attributes: true, attributeFilter: ["data-theme"] });
      stops.push(() => theme.disconnect());
      marked = { skeleton: false, drawn: false };
      paint();
    },
    end() {
      cancelAnimationFrame(frame);
      clearInterval(beat);
      clearTimeout(still);
      clearTimeout(later);
      paper.hide();
      stops.forEach((stop) => stop());
    },
  };
}
