/** The sheet that cards are drawn on by hand. It is larger than the screen and moves with the view; only now and then is it drawn anew. */

import type { CanvasContext } from "./context";
import type { View } from "./viewport";

/** How far the sheet reaches over each edge of the screen. */
export const OVERLAP = 192;
const SETTLED = 110;
const LEAST_SCALE = 0.75;
const MOST_SCALE = 1.35;

export interface Paper {
  /** Bring it in line with the view; draw it where something has changed, or the view has gone too far. */
  show(changed: boolean): void;
  hide(): void;
}

export function createPaper(context: CanvasContext, sheet: () => HTMLCanvasElement | null, draw: (canvas: HTMLCanvasElement) => void): Paper {
  let drawn: (View & { width: number; height: number }) | null = null;
  let settle = 0;

  function redraw(): void {
    clearTimeout(settle);
    const canvas = sheet();
    if (!canvas) return;
    const { view, size } = context.viewport;
    canvas.style.visibility = "visible";
    canvas.style.transform = "none";
    draw(canvas);
    drawn = { ...view.value, ...size.value };
  }
  return {
    show(changed) {
      const canvas = sheet();
      const { view, size } = context.viewport;
      const { x, y, zoom } = view.value;
      if (!canvas || changed || !drawn || drawn.width !== size.value.width || drawn.height !== size.value.height) return redraw();
      const scale = zoom / drawn.zoom;
      const across = x - drawn.x * scale;
      const down = y - drawn.y * scale;
      const reaches = OVERLAP * scale;
      const covers =
        across <= reaches && down <= reaches &&
        across + drawn.width * scale + reaches >= drawn.width &&
        down + drawn.height * scale + reaches >= drawn.height;
      if (!covers || scale < LEAST_SCALE || scale > MOST_SCALE) return redraw();
      if (!across && !down && scale === 1) return;
      canvas.style.transform = `translate(${across}px, ${down}px) scale(${scale})`;
      clearTimeout(settle);
      settle = window.setTimeout(redraw, SETTLED);
    },
    hide() {
      clearTimeout(settle);
      if (!drawn) return;
      drawn = null;
      const canvas = sheet();
      if (canvas) canvas.style.visibility = "hidden";
    },
  };
}
