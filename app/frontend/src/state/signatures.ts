/** What each node takes and gives; a subgraph's ports follow from what is inside, as in `graphs/signatures.py`. */

import { parseReference } from "../document/references";
import type { NodeJson, SubgraphJson } from "../document/types";
import type { CatalogueJson, ParameterJson, PortJson } from "./protocol";

export interface Signature {
  inputs: PortJson[];
  parameters: ParameterJson[];
  outputs: PortJson[];
}

/** The signature of a node; null where its type is not known. Those of subgraphs are kept as long as the subgraph is. */
export function createSignatures(catalogue: CatalogueJson): (node: NodeJson) => Signature | null {
  const known = new WeakMap<SubgraphJson, Signature>();
  const earlier = new Map(Object.values(catalogue.nodes).flatMap((type) => (type.also ?? []).map((id) => [id, type])));

  function signature(node: NodeJson): Signature | null {
    if (!node.graph) return catalogue.nodes[node.type] ?? earlier.get(node.type) ?? null;
    let found = known.get(node.graph);
    if (!found) known.set(node.graph, (found = ofGraph(node.graph)));
    return found;
  }

  function ofGraph(graph: SubgraphJson): Signature {
    const found: Signature = { inputs: [], parameters: [], outputs: [] };
    for (const [name, targets] of Object.entries(graph.inputs ?? {})) {
      const ports: PortJson[] = [];
      const knobs: ParameterJson[] = [];
      for (const target of targets) {
        const { node, port } = parseReference(target);
        const inner = graph.nodes?.[node] && signature(graph.nodes[node]);
        ports.push(...(inner?.inputs.filter((entry) => entry.name === port) ?? []));
        knobs.push(...(inner?.parameters.filter((entry) => entry.name === port) ?? []));
      }
      const [first] = ports;
      const [knob] = knobs;
      if (first)
        found.inputs.push({
          name,
          types: first.types.filter((type) => ports.every((port) => port.types.includes(type))),
          many: ports.every((port) => port.many),
          optional: ports.every((port) => port.optional) && !knobs.length,
        });
      else if (knob) found.parameters.push({ ...knob, name, also: [] });
    }
    for (const [name, text] of Object.entries(graph.outputs ?? {})) {
      const { node, port } = parseReference(text);
      const inner = graph.nodes?.[node] && signature(graph.nodes[node]);
      const source = inner?.outputs.find((entry) => entry.name === port) ?? (port ? undefined : inner?.outputs[0]);
      found.outputs.push({ name, types: source?.types ?? [] });
    }
    return found;
  }
  return signature;
}
