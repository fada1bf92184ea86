/** What the rest of the editor asks of the canvas, and what the canvas asks of it. */

import type { InjectionKey } from "vue";
import type { Drawing } from "./drawing/drawing";

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** One end of a wire: a port, or a parameter that is shown as one. */
export interface PortEnd {
  node: string;
  port: string;
  side: "input" | "output";
}

/** Where a person wants a node: on the canvas, on the screen, and the loose wire that it is for. */
export interface SearchWish {
  at: Point;
  screen: Point;
  from?: PortEnd;
}

/** What a context menu was opened on. */
export interface MenuWish {
  screen: Point;
  at: Point;
  target:
    | { what: "canvas" }
    | { what: "document" }
    | { what: "node"; id: string }
    | { what: "wire"; id: string }
    | { what: "frame"; id: string; list: "groups" | "notes" };
}

export interface CanvasHandle {
  /** Bring these nodes into view, or all of the level. */
  fit(ids?: readonly string[]): void;
  /** Move the view only as far as is needed to have these nodes in it. */
  reveal(ids: readonly string[]): void;
  zoomBy(factor: number): void;
  zoomTo(zoom: number): void;
  /** A place on the screen as a place of the graph. */
  toGraph(screen: Point): Point;
  toScreen(at: Point): Point;
  /** Where the pointer is over the canvas, or the middle of what is shown. */
  pointer(): Point;
  /** How large a node is: measured, or estimated where it is not drawn. */
  sizeOf(id: string): Size;
  placeOf(id: string): Point;
  /** How far below the top of its card a port is; null stands for the first. */
  portAt(id: string, side: PortEnd["side"], port: string | null): number;
  focus(): void;
  /** The whole level as an SVG. */
  drawing(): Promise<Drawing>;
}

export const canvasKey: InjectionKey<{ value: CanvasHandle | null }> = Symbol("canvas");
