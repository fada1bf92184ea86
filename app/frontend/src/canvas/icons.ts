/** A small picture for each kind of node, drawn in a box of 16 × 16. */

const ICONS: Record<string, string> = {
  noise: "M2 11c1.5-6 2.5 4 4-1s2-7 3.5 1 2 1 4.5-4",
  model: "M8 2.2 13.2 5v6L8 13.8 2.8 11V5zM2.8 5 8 8l5.2-3M8 8v5.8",
  cond: "M3 3.5h10v7.5H7.5L4.5 13.5V11H3z",
  guidance: "M8 13.5V7M8 7 4 3.2M8 7l4-3.8M4 6.2v-3h3M12 6.2v-3H9",
  levels: "M2.5 3v10h11M4.5 4.5c1 5.5 4 6.5 8.5 6.5",
  solver: "M2.5 12.5 6 9l2.5 1.5 5-7M10.5 3.5h3v3",
  decoder: "M2.5 3h11v10h-11zM2.5 10.5l3-3 2.5 2.5 2-2 3.5 3M10.5 5.8h.01",
  output: "M1.8 8S4.2 3.8 8 3.8 14.2 8 14.2 8 11.8 12.2 8 12.2 1.8 8 1.8 8zM8 6.2a1.8 1.8 0 1 0 .01 0z",
  codec: "M2.5 4.5h4v7h-4zM9.5 6.2h4v3.6h-4zM6.5 8h3",
  reward: "M8 2.2l1.7 3.6 3.9.500-2.9 2.7.800 3.9L8 11l-3.5 1.9.800-3.9L2.4 6.3l3.9-.5z",
  search: "M7 2.8a4.2 4.2 0 1 0 .01 0zM10.1 10.1l3.4 3.4",
  measurement: "M2.5 10.5 10.5 2.5l3 3-8 8zM5.5 7.5l1.5 1.5M8 5l1.5 1.5",
  inversion: "M13 8a5 5 0 1 1-1.8-3.8M13 2.5v3h-3",
  number: "M5.5 2.5 4.5 13.5M11 2.5l-1 11M2.5 6h11M2.2 10h11",
  graph: "M2.5 2.5h4v4h-4zM9.5 9.5h4v4h-4zM6.5 4.5h3a2 2 0 0 1 2 2v3",
};

const OTHER = "M3 3h10v10H3z";

export const iconOf = (kind: string): string => ICONS[kind] ?? OTHER;
