/** Seeds: new ones, and what becomes of one after a run. */

import type { Operation } from "../document/operations";
import type { Json, LevelJson, PlaceJson } from "../document/types";

export type AfterRun = "fixed" | "increment" | "random";

export const AFTER_RUN: { mode: AfterRun; label: string }[] = [
  { mode: "fixed", label: "Keep after a run" },
  { mode: "increment", label: "Add one after each run" },
  { mode: "random", label: "New one after each run" },
];

const LARGEST = 2 ** 53 - 1;
const HANDY = 2 ** 32;

/** A new seed, of a size that can be read out. */
export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? Math.floor(Math.random() * HANDY);

/** The seed of the next run. */
export function nextSeed(mode: AfterRun, value: number): number {
  if (mode === "increment") return value >= LARGEST ? 0 : value + 1;
  return mode === "random" ? randomSeed() : value;
}

/** What becomes of a node's seed after a run: kept in its place as `after_run`, by parameter. */
export function afterRun(place: PlaceJson | undefined, name: string): AfterRun {
  const kept = place?.["after_run"];
  const mode = kept && typeof kept === "object" && !Array.isArray(kept) ? kept[name] : undefined;
  return mode === "increment" || mode === "random" ? mode : "fixed";
}

/** The place with another wish for a seed; keeping the seed is not written. */
export function withAfterRun(place: PlaceJson | undefined, name: string, mode: AfterRun): { [key: string]: Json } {
  const { after_run: kept, ...rest } = place ?? {};
  const wishes = { ...(kept && typeof kept === "object" && !Array.isArray(kept) ? kept : {}) };
  delete wishes[name];
  if (mode !== "fixed") wishes[name] = mode;
  const all: [string, Json | undefined][] = Object.entries({ ...rest, ...(Object.keys(wishes).length ? { after_run: wishes } : {}) });
  return Object.fromEntries(all.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** The edits that give a level its next seeds, for when a run has begun. Seeds that are wired or swept stay. */
export function nextSeeds(level: LevelJson, at: string): Operation[] {
  return Object.entries(level.view?.nodes ?? {}).flatMap(([id, place]) => {
    const node = level.nodes?.[id];
    const wishes = place["after_run"];
    if (!node || !wishes || typeof wishes !== "object" || Array.isArray(wishes)) return [];
    return Object.keys(wishes).flatMap((name): Operation[] => {
      const value = node.params?.[name] ?? 0;
      if (typeof value !== "number" || node.inputs?.[name]) return [];
      return [{ do: "set", at, id, name, value: nextSeed(afterRun(place, name), value) }];
    });
  });
}
