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
  | { kind: "file"; suffixes?: string[]; folder?: boolean }
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
  /** The noise level that it is of. */
  s?: number | "inf";
}

/** A number, or the word for one that JSON cannot hold. */
export type Figure = number | "nan" | "inf" | "-inf";

/** How a value is looked at. `data` is the address of more, as the marks of a plot. */
export interface View {
  kind: "pictures" | "plot" | "table" | "text" | "number" | "trajectory" | "points" | "summary";
  summary: string;
  items?: ViewItem[];
  data?: string;
  text?: string;
  value?: Figure;
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
  step?: number | null;
  total?: number | null;
  left?: number | null;
  seconds?: number;
  nfe?: number;
  /** What else was spent, in words: passes backward, rewards, decodes. */
  besides?: string;
  bytes?: number;
  preview?: View | null;
  views?: Record<string, View>;
  error?: NodeError | null;
  because?: string;
  cells?: { done: number; count: number };
}

export type JobState = "running" | "done" | "failed" | "cancelled" | "refused" | "interrupted";

/** How far a run of this document is; counts are of nodes. */
export interface Job {
  job: string;
  state: JobState;
  seconds?: number;
  nfe?: number;
  done?: number;
  count?: number;
  left?: number | null;
  step?: number | null;
  total?: number | null;
}

/** A run in the queue, of whichever document. */
export interface QueueEntry {
  job: string;
  document: string;
  /** What the document is called, where the server says so. */
  name?: string;
  revision: number;
  targets: string[];
  /** A newer one of its document takes its place. */
  replaceable: boolean;
  stopping?: boolean;
}

export interface Queue {
  running: QueueEntry[];
  waiting: QueueEntry[];
  paused?: boolean;
}

export interface LogLine {
  level: "info" | "warning" | "error";
  text: string;
  node?: string;
  job?: string;
  /** Seconds since 1970. */
  time: number;
}

/** A result that is kept, and where it came from. */
export interface GalleryItem {
  id: string;
  /** As ISO 8601 has it, in UTC. */
  when: string;
  document: string;
  /** What the document was called. */
  name: string;
  job: string;
  node: string;
  port: string;
  /** The values of a sweep that it was made with, as "guidance_scale=2". */
  cell: string;
  /** The type of the value. */
  type: string;
  kind: View["kind"];
  view: View;
  /** Digests of the graph that made it, and of the value itself. */
  graph: string;
  digest: string;
  seconds: number;
  nfe: number;
  favourite: boolean;
}

/** The newest items first, and whether there are more. */
export interface GalleryPage {
  items: GalleryItem[];
  more: boolean;
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
  | { kind: "told"; level: "info" | "warning" | "error"; text: string; history?: boolean }
  | { kind: "gone" }
  | ({ kind: "news" } & News);

export type ToServer =
  | { kind: "hello"; token: string; client: string; seen: number | null }
  | { kind: "edit"; number: number; operation: Operation; label: string }
  | { kind: "command"; number: number; name: string; arguments: { [key: string]: Json } }
  | { kind: "undo" | "redo" }
  | { kind: "run"; targets: string[]; front: boolean; replace: boolean }
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
