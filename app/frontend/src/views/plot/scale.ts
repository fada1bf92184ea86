/** Numbers as places along an axis, and back. A span is what of the axis is seen, in its own measure: decades where it is log. */

import type { Axis } from "./types";

export interface Span {
  low: number;
  high: number;
}

export interface Scale {
  axis: Axis;
  span: Span;
  /** Pixels at both ends; of an upright axis the first is the larger. */
  from: number;
  to: number;
}

/** The number in the axis's own measure; NaN where it has no place. */
export const measure = (axis: Axis, value: number): number => (axis.log ? (value > 0 ? Math.log10(value) : NaN) : value);
const unmeasure = (axis: Axis, value: number): number => (axis.log ? 10 ** value : value);

/** All of an axis. */
export const whole = (axis: Axis): Span => ({ low: measure(axis, axis.low), high: measure(axis, axis.high) });

/** Where a number lies, in pixels. */
export const place = (scale: Scale, value: number | null): number =>
  value === null
    ? NaN
    : scale.from + ((measure(scale.axis, value) - scale.span.low) / (scale.span.high - scale.span.low)) * (scale.to - scale.from);

/** The number at a pixel. */
export const numberAt = (scale: Scale, pixel: number): number =>
  unmeasure(scale.axis, scale.span.low + ((pixel - scale.from) / (scale.to - scale.from)) * (scale.span.high - scale.span.low));

const CLOSEST = 1e-9;
const FARTHEST = 40;

/** The span zoomed about a share of it, within reason of the whole. */
export function zoomed(span: Span, factor: number, share: number, all: Span): Span {
  const length = span.high - span.low;
  const most = (all.high - all.low) * FARTHEST;
  const middle = Math.max(Math.abs(span.low), Math.abs(span.high), 1e-12);
  const next = Math.min(Math.max(length / factor, middle * CLOSEST), most);
  const fixed = span.low + share * length;
  return { low: fixed - share * next, high: fixed + (1 - share) * next };
}

export const moved = (span: Span, share: number): Span => {
  const by = share * (span.high - span.low);
  return { low: span.low + by, high: span.high + by };
};
