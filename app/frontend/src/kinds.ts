/** The kinds of nodes: what a person calls them, their order, their hue and their icon. */

import type { IconName } from "./icons";

export type Theme = "dark" | "light";

export interface Kind {
  id: string;
  title: string;
  /** One line for the library. */
  about: string;
  /** Degrees in OKLCH; near the colour of the port that such nodes mostly give. */
  hue: number;
  /** How saturated; grey is 0. */
  chroma: number;
  icon: IconName;
}

const kind = (id: string, title: string, about: string, hue: number, icon: IconName, chroma = 0.1): Kind => ({
  id,
  title,
  about,
  hue,
  chroma,
  icon,
});

/** All kinds of ours, in the order in which a graph is mostly read. */
export const kinds: readonly Kind[] = [
  kind("model", "Models", "What predicts the clean sample", 292, "model"),
  kind("cond", "Conditions", "What a model is asked to make", 82, "cond"),
  kind("guidance", "Guidance", "How strongly a model heeds a condition", 322, "guidance"),
  kind("picture", "Pictures", "Pictures of yours, and masks", 30, "picture", 0.1),
  kind("noise", "Noise", "Where a sample starts", 255, "noise"),
  kind("process", "Processes", "How data becomes noise, in the time of a network", 14, "clock", 0.08),
  kind("levels", "Noise levels", "The steps from noise to data", 262, "levels", 0.035),
  kind("solver", "Solvers", "How a sample gets from one level to the next", 184, "solver"),
  kind("inversion", "Inversion", "From a sample back to its noise", 218, "inversion"),
  kind("measurement", "Measurements", "What is known of the result beforehand", 62, "measurement", 0.08),
  kind("reward", "Rewards", "What a search prefers", 42, "reward"),
  kind("search", "Search", "Many samples tried, the best kept", 274, "search-program"),
  kind("codec", "Codecs", "Pixels as latents, and back", 168, "codec", 0.07),
  kind("decoder", "Decoders", "What a sample looks like", 2, "decoder"),
  kind("diagnosis", "Diagnosis", "How well a method does its work", 108, "plot", 0.07),
  kind("number", "Numbers", "What is measured of a result", 55, "number", 0.06),
  kind("output", "Outputs", "What is kept", 142, "output"),
];

const graph = kind("graph", "Subgraphs", "A graph as one node", 250, "subgraph", 0.05);
const byId = new Map([...kinds, graph].map((entry) => [entry.id, entry]));

/** The kind of that name; one of a plug-in gets a hue of its own, the same each time. */
export function kindOf(id: string): Kind {
  const found = byId.get(id);
  if (found) return found;
  let hue = 7;
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  const title = id ? id.charAt(0).toUpperCase() + id.slice(1).replaceAll("_", " ") : "Other";
  const made = kind(id, title, "From a plug-in", hue, "plug", 0.07);
  byId.set(id, made);
  return made;
}

/** Where a kind stands in lists: ours first, then those of plug-ins. */
export function kindOrder(id: string): number {
  const place = kinds.findIndex((entry) => entry.id === id);
  return place < 0 ? kinds.length : place;
}

/** The colour of a kind, at least 3 : 1 against the panel of that theme; a canvas takes it, too. */
export const kindColour = (id: string, theme: Theme): string => {
  const { hue, chroma } = kindOf(id);
  return theme === "dark" ? `oklch(0.76 ${chroma} ${hue})` : `oklch(0.53 ${(chroma * 1.25).toFixed(3)} ${hue})`;
};

/** The custom properties by which style sheets use a kind's colour, as `var(--nl-kind)` under `.nl-kind`. */
export const kindStyle = (id: string): { "--nl-hue": string; "--nl-chroma": string } => ({
  "--nl-hue": String(kindOf(id).hue),
  "--nl-chroma": String(kindOf(id).chroma),
});
