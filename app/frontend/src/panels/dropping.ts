/** Dragging a node type out of a list onto the canvas, with our own pointer: the browser's drag cannot show a card. */

import { shallowRef, type ShallowRef } from "vue";
import type { Point } from "../canvas/handle";

export interface Dragged<T> {
  what: T;
  at: Point;
}

const FAR = 5;

export interface Dragging<T> {
  readonly dragged: ShallowRef<Dragged<T> | null>;
  begin(event: PointerEvent, what: T): void;
}

/** `drop` is told where it was released; a press that does not move is a click and nothing else. */
export function createDragging<T>(drop: (what: T, at: Point) => void): Dragging<T> {
  const dragged = shallowRef<Dragged<T> | null>(null);
  function begin(event: PointerEvent, what: T): void {
    if (event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    const listening = new AbortController();
    const { signal } = listening;
    const end = (): void => {
      listening.abort();
      dragged.value = null;
    };
    const options = { signal, capture: true };
    window.addEventListener(
      "pointermove",
      (now: PointerEvent) => {
        const at = { x: now.clientX, y: now.clientY };
        if (!dragged.value && Math.hypot(at.x - from.x, at.y - from.y) < FAR) return;
        dragged.value = { what, at };
        now.preventDefault();
      },
      options,
    );
    window.addEventListener(
      "pointerup",
      () => {
        const now = dragged.value;
        end();
        if (!now) return;
        // The click that follows belongs to the drag.
        window.addEventListener("click", (click) => click.stopPropagation(), { capture: true, once: true });
        window.setTimeout(() => drop(now.what, now.at));
      },
      options,
    );
    window.addEventListener("pointercancel", end, options);
    window.addEventListener(
      "keydown",
      (key: KeyboardEvent) => {
        if (key.key !== "Escape") return;
        key.stopPropagation();
        end();
      },
      options,
    );
  }
  return { dragged, begin };
}
