/** What of a plot is seen: all panels zoom and move together. */

import { computed, shallowRef, type ComputedRef, type ShallowRef } from "vue";
import { allOf, panelAt, type Layout, type Spans } from "./layout";
import { moved, zoomed } from "./scale";
import type { Plot } from "./types";

export interface PlotZoom {
  spans: ComputedRef<Spans | null>;
  isZoomed: ComputedRef<boolean>;
  reset(): void;
  /** Zoom about a place of the canvas. With `along` only that axis. */
  zoom(layout: Layout, factor: number, x: number, y: number, along?: "x" | "y"): void;
  /** Move by pixels of one panel. */
  pan(layout: Layout, x: number, y: number): void;
}

export function createPlotZoom(plot: ShallowRef<Plot | null>): PlotZoom {
  const chosen = shallowRef<{ plot: Plot; spans: Spans } | null>(null);
  const spans = computed(() => {
    if (!plot.value) return null;
    return chosen.value?.plot === plot.value ? chosen.value.spans : allOf(plot.value);
  });
  const set = (next: Spans): void => {
    if (plot.value) chosen.value = { plot: plot.value, spans: next };
  };
  return {
    spans,
    isZoomed: computed(() => chosen.value !== null && chosen.value.plot === plot.value),
    reset: () => (chosen.value = null),
    zoom(layout, factor, x, y, along) {
      const panel = panelAt(layout, x, y) ?? layout.panels[0];
      if (!panel || !plot.value) return;
      const all = allOf(plot.value);
      // what the panel shows may be longer than what was asked for, where a unit is as long on both axes
      const seen = { x: panel.x.span, y: panel.y.span };
      const [shareX, shareY] = [(x - panel.box.left) / (panel.box.right - panel.box.left), (panel.box.bottom - y) / (panel.box.bottom - panel.box.top)];
      set({
        x: along === "y" ? seen.x : zoomed(seen.x, factor, shareX, all.x),
        y: along === "x" ? seen.y : zoomed(seen.y, factor, shareY, all.y),
      });
    },
    pan(layout, x, y) {
      const panel = layout.panels[0];
      if (!panel) return;
      set({
        x: moved(panel.x.span, -x / (panel.box.right - panel.box.left)),
        y: moved(panel.y.span, y / (panel.box.bottom - panel.box.top)),
      });
    },
  };
}
