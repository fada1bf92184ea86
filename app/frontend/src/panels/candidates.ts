/** What may be added, and how it would be wired. */

import type { PortEnd, SearchWish } from "../canvas/handle";
import type { Context } from "../commands/composing";
import type { CatalogueJson, NodeTypeJson, ParameterJson, PortJson } from "../state/protocol";
import { fitsParameter, fitsPort } from "../state/fitting";

/** A node type, the port that a loose wire would meet, and what would be put between. */
export interface Candidate {
  type: NodeTypeJson;
  port: string | null;
  via: NodeTypeJson | null;
}

type Loose = { port: PortJson; parameter: null } | { port: null; parameter: ParameterJson };

/** The port or the parameter that a loose wire comes from. */
export function looseEnd(context: Context, end: PortEnd): Loose | null {
  const node = context.level.nodes?.[end.node];
  const signature = node && context.signature(node);
  if (!signature) return null;
  const port = signature[end.side === "output" ? "outputs" : "inputs"].find((entry) => entry.name === end.port);
  if (port) return { port, parameter: null };
  const parameter = end.side === "input" ? signature.parameters.find((entry) => entry.name === end.port) : undefined;
  return parameter ? { port: null, parameter } : null;
}

/** All types, or those that the wish can be wired to: the direct ones first. */
export function candidatesFor(catalogue: CatalogueJson, context: Context, wish: SearchWish): Candidate[] {
  const types = Object.values(catalogue.nodes);
  const { from } = wish;
  const loose = from && looseEnd(context, from);
  if (!from || !loose) return types.map((type) => ({ type, port: null, via: null }));
  const converters = types.filter((type) => type.converts);
  return types.flatMap((type): Candidate[] => {
    const port = from.side === "output" ? inputFor(catalogue, loose.port, type) : outputFor(catalogue, loose, type);
    if (port !== null) return [{ type, port, via: null }];
    if (type.converts) return [];
    for (const via of converters) {
      const [input] = via.inputs;
      const [output] = via.outputs;
      if (!input || !output) continue;
      const met = from.side === "output" ? fitsDirect(catalogue, loose.port, input) && typedInput(catalogue, output, type) : loose.port && fitsPort(catalogue, output, loose.port) && typedOutput(catalogue, type, input);
      if (met) return [{ type, port: met, via }];
    }
    return [];
  });
}

const fitsDirect = (catalogue: CatalogueJson, port: PortJson | null, input: PortJson): boolean => port !== null && port.types.length > 0 && fitsPort(catalogue, port, input);

/** The port to which a wire of this port goes: one that must be wired rather than one that may be. */
function inputFor(catalogue: CatalogueJson, port: PortJson | null, type: NodeTypeJson): string | null {
  if (!port) return null;
  const fitting = type.inputs.filter((input) => fitsPort(catalogue, port, input));
  const found = fitting.find((input) => !input.optional) ?? fitting[0];
  return found?.name ?? type.parameters.find((parameter) => fitsParameter(catalogue, port, parameter))?.name ?? null;
}

const typedInput = (catalogue: CatalogueJson, port: PortJson, type: NodeTypeJson): string | null =>
  type.inputs.find((input) => !input.optional && input.types.length > 0 && fitsPort(catalogue, port, input))?.name ?? null;

function outputFor(catalogue: CatalogueJson, loose: Loose, type: NodeTypeJson): string | null {
  const fits = (output: PortJson): boolean =>
    loose.port ? fitsPort(catalogue, output, loose.port) : fitsParameter(catalogue, output, loose.parameter);
  return type.outputs.find(fits)?.name ?? null;
}

const typedOutput = (catalogue: CatalogueJson, type: NodeTypeJson, input: PortJson): string | null =>
  type.outputs.find((output) => output.types.length > 0 && fitsPort(catalogue, output, input))?.name ?? null;
