/** Small drawings of the widgets, on a grid of 16, as strokes. */
export const GLYPHS = {
  close: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  down: "M4.5 6.5L8 10l3.5-3.5",
  dice: "M3.5 3.5h9v9h-9zM6 6h.01M10 6h.01M8 8h.01M6 10h.01M10 10h.01",
  lock: "M5.5 7.5V5.6a2.5 2.5 0 0 1 5 0v1.9M4 7.5h8v5.5H4z",
  increment: "M3 8h5M5.5 5.5v5M10 5.5l1.8-1.2V12",
  random: "M2.5 5h2.2c3.2 0 3.4 6 6.6 6h2.2M2.5 11h2.2c1.3 0 2.1-1 2.7-2.2M9 6.4C9.600 5.500 10.200 5 11.300 5h2.200M12 3.300L13.700 5 12 6.700M12 9.300l1.700 1.700L12 12.700",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  reset: "M3.500 8a4.500 4.500 0 1 0 1.400-3.200M3.500 3v2.500H6",
  more: "M4 8h.01M8 8h.01M12 8h.01",
  wire: "M3 11c5 0 5-6 10-6M3 11h.01M13 5h.01",
  curve: "M2.500 12.500c4 0 3.500-8 11-9",
  sweep: "M3 12.500V9.500M6.300 12.500V7.500M9.700 12.500V5.500M13 12.500V3.500",
  file: "M4 2.500h5l3 3v8H4zM9 2.500v3h3",
  upload: "M8 10.500V3.500M5 6.500l3-3 3 3M3 12.500h10",
  plus: "M8 3.500v9M3.500 8h9",
  check: "M3.500 8.500l3 3 6-7",
  port: "M8 8m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0M11 8h3",
  warning: "M8 2.500l6 11H2zM8 7v3M8 11.800h.01",
  go: "M6 4l4 4-4 4",
} as const;

export type GlyphName = keyof typeof GLYPHS;
