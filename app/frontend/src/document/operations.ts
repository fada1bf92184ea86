import type { Json, Mode, NodeJson, Wires } from "./types";

/** Every edit, as Python's `graphs/document/operations.py` reads it; `at` names the level. */
export type Operation =
  | { do: "add"; at?: string; id: string; node: NodeJson }
  | { do: "remove"; at?: string; id: string }
  | { do: "rename"; at?: string; id: string; to: string }
  | { do: "wire"; at?: string; id: string; port: string; sources: Wires | null }
  | { do: "set"; at?: string; id: string; name: string; value: Json }
  | { do: "reset"; at?: string; id: string; name: string }
  | { do: "mode"; at?: string; id: string; mode: Mode | null }
  | { do: "interface"; at?: string; side: "inputs" | "outputs"; name: string; value: string | string[] | null }
  | { do: "move"; at?: string; places: Record<string, { [key: string]: Json } | null> }
  | {
      do: "decorate";
      at?: string;
      what: "groups" | "notes";
      id: string;
      value: { [key: string]: Json } | null;
      index?: number | null;
    }
  | { do: "title"; at?: string; name: string }
  | { do: "batch"; at?: string; operations: Operation[] };

/** Several operations as one step of the history. */
export const batch = (operations: Operation[]): Operation =>
  operations.length === 1 && operations[0] ? operations[0] : { do: "batch", operations };
