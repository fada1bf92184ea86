/** What the server and the page tell each other; see `assets/docs/editor.md`. */

import type { Operation } from "../document/operations";
import type { DocumentJson, Json } from "../document/types";

export interface PortJson {
  name: string;
  types: string[];
  many?: boolean;
  optional?: boolean;
  needs?: string[];
}

/** A kind of parameter as the catalogue declares it; `kind` picks the widget. */
export type KindJson =
  | {
      kind: "number";
      integer?: boolean;
      minimum?: number | null;
      maximum?: number | null;
      step?: number | null;
      unit?: string;
      scale?: "linear" | "log";
      infinite?: boolean;
    }
  | { kind: "seed" }
  | { kind: "switch" }
  | { kind: "choice"; options: (string | number)[] }
  | { kind: "text"; lines?: boolean; prompt?: boolean }
  | { kind: "file"; suffixes?: string[] }
  | { kind: "curve"; minimum?: number | null; maximum?: number | null; step?: number | null }
  | { kind: "colour" }
  | {
      kind: "numbers";
      shortest?: number;
      item?: { integer?: boolean; minimum?: number | null; maximum?: number | null; infinite?: boolean };
    };

export interface ParameterJson {
  name: string;
  kind: KindJson;
  default: Json;
  optional?: boolean;
  also?: string[];
}

export interface NodeTypeJson {
  id: string;
  /** The last part of the package: noise, model, guidance, … */
  kind: string;
  summary: string;
  inputs: PortJson[];
  parameters: ParameterJson[];
  outputs: PortJson[];
  output?: boolean;
  converts?: boolean;
  also?: string[];
}

export interface ValueTypeJson {
  name: string;
  meaning: string;
  colour: string;
  behaviour?: boolean;
  /** The kinds of parameter that a wire of this type can set. */
  feeds?: string[];
  /** The types of which it gathers the cells of a sweep. */
  gathers?: string[];
}

export interface CatalogueJson {
  nodes: Record<string, NodeTypeJson>;
  types: Record<string, ValueTypeJson>;
}

export interface Snapshot {
  id: string;
  name: string;
  path: string;
  revision: number;
  document: DocumentJson;
}

export interface Fault {
  code: string;
  message: string;
  node?: string;
  port?: string;
  given?: string;
  allowed?: string;
  mend?: string;
  offers?: string[];
  severity?: "error" | "warning";
}

/** A number of model rows: exact, or from … to (null: unbounded). */
export type Span = number | [number, number | null] | null;

export interface PlanState {
  state: "cached" | "run" | "depends";
  reason?: string;
  nfe?: Span;
}

export interface Plan {
  revision: number;
  faults: Fault[];
  states: Record<string, PlanState>;
  nfe?: Span;
  targets: string[];
  notes?: string[];
}

export interface ViewItem {
  url: string;
  width: number;
  height: number;
  label?: string;
  s?: number;
}

/** How a value is looked at. `data` is the address of more, as the marks of a plot. */
export interface View {
  kind: "pictures" | "plot" | "table" | "text" | "number" | "trajectory" | "points" | "summary";
  summary: string;
  items?: ViewItem[];
  data?: string;
  text?: string;
  value?: number;
}

export interface NodeError {
  message: string;
  mend?: string;
  port?: string;
  inputs?: Record<string, string>;
  traceback?: string;
  of_input?: boolean;
}

/** What is known of a node's last or present run; a change names only what changed. */
export interface NodeNews {
  job?: string;
  state?: "waiting" | "running" | "done" | "cached" | "built" | "failed" | "skipped" | "cancelled";
  step?: number;
  total?: number;
  left?: number | null;
  seconds?: number;
  nfe?: number;
  bytes?: number;
  preview?: View | null;
  views?: Record<string, View>;
  error?: NodeError | null;
  because?: string;
  cells?: { done: number; count: number };
}

export interface Job {
  job: string;
  document?: string;
  name?: string;
  state: "waiting" | "running" | "done" | "failed" | "cancelled" | "refused";
  targets?: string[];
  seconds?: number;
  nfe?: number;
  done?: number;
  count?: number;
  left?: number | null;
}

export interface Queue {
  running: Job[];
  waiting: Job[];
  paused?: boolean;
}

export interface LogLine {
  level: "info" | "warning" | "error";
  text: string;
  node?: string;
  time: string;
}

export interface GalleryItem {
  id: string;
  when: string;
  document: string;
  name: string;
  node: string;
  port: string;
  view: View;
  seconds?: number;
  nfe?: number;
  favourite?: boolean;
}

export interface Engine {
  state: "starting" | "ready" | "ended";
  text?: string;
}

/** What changed since the last news, merged by the server. */
export interface News {
  plan?: Plan;
  nodes?: Record<string, NodeNews>;
  job?: Job | null;
  queue?: Queue;
  log?: LogLine[];
  results?: GalleryItem[];
  engine?: Engine;
}

/** What can be undone and redone by this person, as a label; null for nothing. */
export interface Can {
  undo: string | null;
  redo: string | null;
}

export type FromServer =
  | { kind: "welcome"; snapshot: Snapshot; acknowledged: number; can: Can; live: News }
  | { kind: "edited"; revision: number; operation: Operation; client: string; number: number; label: string; can?: Can }
  | { kind: "refused"; number: number; message: string; snapshot: Snapshot }
  | { kind: "told"; level: "info" | "warning" | "error"; text: string }
  | { kind: "gone" }
  | ({ kind: "news" } & News);

export type ToServer =
  | { kind: "hello"; token: string; client: string; seen: number | null }
  | { kind: "edit"; number: number; operation: Operation; label: string }
  | { kind: "command"; number: number; name: string; arguments: { [key: string]: Json } }
  | { kind: "undo" | "redo" }
  | { kind: "run"; targets: string[]; front: boolean; replace: boolean; count?: number }
  | { kind: "stop"; job?: string }
  | { kind: "got" };

/** What the page carries when it is opened. */
export interface Start {
  token: string;
  document: Snapshot | null;
  catalogue: CatalogueJson;
  can: Can;
  live: News;
  version: string;
}
