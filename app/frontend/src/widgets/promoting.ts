import type { Operation } from "../document/operations";
import type { Json, PlaceJson } from "../document/types";

/** Whether a parameter is shown as a port. */
export const isPromoted = (place: PlaceJson | undefined, name: string): boolean => place?.promoted?.includes(name) ?? false;

/** The edit that shows a parameter as a port, or as a field again. */
export function togglePromoted(at: string, node: string, place: PlaceJson | undefined, name: string): Operation {
  const { promoted = [], ...others } = place ?? {};
  const next = promoted.includes(name) ? promoted.filter((other) => other !== name) : [...promoted, name];
  const entries: [string, Json | undefined][] = Object.entries({ ...others, ...(next.length ? { promoted: next } : {}) });
  const kept = Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
  return { do: "move", at, places: { [node]: kept } };
}
