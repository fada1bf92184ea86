/** Which part of a picture is seen, and how large: in shares of the picture, so that pictures of any size can share one. */

import { reactive } from "vue";

export interface Lens {
  /** 1 shows all of it. */
  zoom: number;
  /** What lies in the middle: 0 … 1 of the width, and of the height. */
  u: number;
  v: number;
}

export interface Extent {
  width: number;
  height: number;
}

const MOST = 64;

export const createLens = (): Lens => reactive({ zoom: 1, u: 0.5, v: 0.5 });

/** Show all of it again. */
export const resetLens = (lens: Lens): void => void Object.assign(lens, { zoom: 1, u: 0.5, v: 0.5 });

/** Pixels of the screen for one of the picture where all of it is seen; whole ones where a picture is small. */
export function fitting(picture: Extent, pane: Extent): number {
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height);
  return scale >= 2 ? Math.floor(scale) : Math.max(scale, 1e-6);
}

/** Where the picture lies in its pane. */
export function placed(lens: Lens, picture: Extent, pane: Extent): { left: number; top: number; scale: number } {
  const scale = fitting(picture, pane) * lens.zoom;
  return { left: pane.width / 2 - lens.u * picture.width * scale, top: pane.height / 2 - lens.v * picture.height * scale, scale };
}

/** Zoom about a place of the pane, which stays where it is. */
export function zoomAt(lens: Lens, factor: number, at: { x: number; y: number }, picture: Extent, pane: Extent): void {
  const before = placed(lens, picture, pane);
  const u = (at.x - before.left) / (picture.width * before.scale);
  const v = (at.y - before.top) / (picture.height * before.scale);
  lens.zoom = Math.min(Math.max(lens.zoom * factor, 1), MOST);
  const scale = fitting(picture, pane) * lens.zoom;
  lens.u = u - (at.x - pane.width / 2) / (picture.width * scale);
  lens.v = v - (at.y - pane.height / 2) / (picture.height * scale);
  hold(lens, picture, pane);
}

/** Move by pixels of the screen. */
export function pan(lens: Lens, x: number, y: number, picture: Extent, pane: Extent): void {
  const scale = fitting(picture, pane) * lens.zoom;
  lens.u -= x / (picture.width * scale);
  lens.v -= y / (picture.height * scale);
  hold(lens, picture, pane);
}

/** Keep the picture in its pane: where all of a side is seen, that side stays in the middle. */
function hold(lens: Lens, picture: Extent, pane: Extent): void {
  const scale = fitting(picture, pane) * lens.zoom;
  lens.u = held(lens.u, pane.width / (picture.width * scale));
  lens.v = held(lens.v, pane.height / (picture.height * scale));
}

const held = (middle: number, seen: number): number => (seen >= 1 ? 0.5 : Math.min(Math.max(middle, seen / 2), 1 - seen / 2));
