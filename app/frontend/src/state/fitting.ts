/** Which wires fit, and what would make one fit, as `graphs/checking/fitting.py` has it; Python has the last word. */

import type { CatalogueJson, NodeTypeJson, ParameterJson, PortJson } from "./protocol";

const within = (some: readonly string[], others: readonly string[]): boolean => some.every((type) => others.includes(type));

/** Whether every type that may come out of a port is taken by the other, as it is or as one cell of what it gathers. */
export const fitsPort = (catalogue: CatalogueJson, from: PortJson, to: PortJson): boolean =>
  !to.types.length || within(from.types, [...to.types, ...to.types.flatMap((type) => catalogue.types[type]?.gathers ?? [])]);

/** Whether a wire of this port can set the parameter. */
export const fitsParameter = (catalogue: CatalogueJson, from: PortJson, to: ParameterJson): boolean =>
  from.types.every((type) => catalogue.types[type]?.feeds?.includes(to.kind.kind));

/** The nodes that turn what comes out of one port into what the other takes. */
export const conversions = (catalogue: CatalogueJson, from: PortJson, to: PortJson): NodeTypeJson[] =>
  Object.values(catalogue.nodes).filter((type) => {
    const [input] = type.inputs;
    const [output] = type.outputs;
    return Boolean(type.converts && input && output && within(from.types, input.types) && within(output.types, to.types));
  });

/** How an output can be led to an input: null where it fits as it is, else the nodes that make it fit. */
export const fits = (catalogue: CatalogueJson, from: PortJson, to: PortJson | ParameterJson): (string | null)[] => {
  if ("kind" in to) return fitsParameter(catalogue, from, to) ? [null] : [];
  return fitsPort(catalogue, from, to) ? [null] : conversions(catalogue, from, to).map((type) => type.id);
};
