import type { Wires } from "./types";

/** The node and the port that a reference means; the port is absent where the node's only output is meant. */
export interface Reference {
  node: string;
  port: string | null;
}

/** What a reference looks like, its node and its port. */
export const REFERENCE = /^([a-z][a-z0-9_]*)(?:\.([a-z][a-z0-9_]*))?$/;

export function parseReference(text: string): Reference {
  const [node = "", port = null] = text.split(".", 2);
  return { node, port };
}

export const references = (wires: Wires | undefined): string[] =>
  wires === undefined ? [] : typeof wires === "string" ? [wires] : wires;

/** The path of a node inside the subgraph at `at`. */
export const join = (at: string, id: string): string => (at ? `${at}/${id}` : id);
