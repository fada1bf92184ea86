/** A plot as the engine tells it; null stands where there is no number. */

export interface Axis {
  label: string;
  low: number;
  high: number;
  log: boolean;
}

export type Place = readonly [number | null, number | null];

interface Series {
  name: string;
  colour: string;
  opacity: number;
}
export interface PointsMark extends Series {
  mark: "points";
  at: readonly Place[];
  radius: number;
  ring: boolean;
  value?: readonly (number | null)[];
}
export interface LinesMark extends Series {
  mark: "lines";
  at: readonly (readonly Place[])[];
  width: number;
  value?: readonly (readonly (number | null)[])[];
}
export interface BarsMark extends Series {
  mark: "bars";
  edges: readonly number[];
  heights: readonly number[];
}
export interface WordsMark {
  mark: "words";
  at: readonly Place[];
  texts: readonly string[];
  colour: string;
}
export type SeriesMark = PointsMark | LinesMark | BarsMark;
export type Mark = SeriesMark | WordsMark;

export interface Panel {
  title: string;
  note: string;
  marks: readonly Mark[];
}

export interface Plot {
  title: string;
  note: string;
  equal: boolean;
  x: Axis;
  y: Axis;
  colours: Axis | null;
  columns: number;
  panels: readonly Panel[];
}
