/** Which wires fit, and what would make one fit; Python's `graphs/checking/wires.py` has the last word. */

import type { CatalogueJson, NodeTypeJson, ParameterJson, PortJson } from "./protocol";

/** Whether every type that may come out of a port is taken by the other. */
export const fitsPort = (from: PortJson, to: PortJson): boolean =>
  !from.types.length || !to.types.length || from.types.every((type) => to.types.includes(type));

/** Whether a wire of this port can set the parameter. */
export const fitsParameter = (catalogue: CatalogueJson, from: PortJson, to: ParameterJson): boolean =>
  from.types.length > 0 && from.types.every((type) => catalogue.types[type]?.feeds?.includes(to.kind.kind));

/** Why a wire does not fit, in words. */
export function whyNot(catalogue: CatalogueJson, from: PortJson, to: PortJson): string {
  const meaning = (types: string[]): string =>
    types.map((type) => `${type} (${(catalogue.types[type]?.meaning ?? "").replace(/\.$/, "")})`).join(" or ");
  return `gives ${meaning(from.types)}; '${to.name}' takes ${meaning(to.types)}`;
}

/** The nodes that turn what comes out of one port into what the other takes. */
export const conversions = (catalogue: CatalogueJson, from: PortJson, to: PortJson): NodeTypeJson[] =>
  Object.values(catalogue.nodes).filter((type) => {
    const [input] = type.inputs;
    const [output] = type.outputs;
    return Boolean(type.converts && input && output && fitsPort(from, input) && fitsPort(output, to));
  });
