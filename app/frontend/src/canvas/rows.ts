/** Which parameters have a row on a card: all of a few, else those that are in use and the first ones. */

import type { NodeJson, PlaceJson } from "../document/types";
import type { ParameterJson } from "../state/protocol";

const FEW = 4;
const LEAST = 3;

export interface Rows {
  shown: readonly ParameterJson[];
  /** Those that stand in what "more" opens. */
  hidden: readonly ParameterJson[];
  /** Whether all are shown because a person asked for them. */
  opened: boolean;
}

/** What a card shows of its parameters; `all` in its place opens the rest. */
export function rowsShown(parameters: readonly ParameterJson[], node: NodeJson, place: PlaceJson): Rows {
  const promoted = Array.isArray(place.promoted) ? place.promoted : [];
  const used = ({ name, also }: ParameterJson): boolean =>
    node.inputs?.[name] !== undefined || promoted.includes(name) || [name, ...(also ?? [])].some((entry) => node.params?.[entry] !== undefined);
  const shown = new Set(parameters.filter(used));
  for (const parameter of parameters) if (shown.size < LEAST) shown.add(parameter);
  if (parameters.length <= FEW || parameters.length - shown.size <= 1) return { shown: parameters, hidden: [], opened: false };
  if (place.all === true) return { shown: parameters, hidden: [], opened: true };
  const [inUse, rest] = [true, false].map((wanted) => parameters.filter((parameter) => shown.has(parameter) === wanted));
  return { shown: inUse ?? [], hidden: rest ?? [], opened: false };
}
