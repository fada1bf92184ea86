/** A graph as its JSON file has it. Unknown keys are kept, so every part is open. */

/** Text stands before true and false: Vue makes a property's types of them in this order, and "" true where it is the other way round. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Whether a node takes part: `bypass` hands its input on, `mute` leaves it and what needs it out. */
export type Mode = "bypass" | "mute";

/** A reference "node" or "node.port", or the references of a port that takes a list. */
export type Wires = string | string[];

export interface NodeJson {
  type: string;
  version?: number;
  mode?: Mode;
  graph?: SubgraphJson;
  inputs?: Record<string, Wires>;
  params?: Record<string, Json>;
}

/** What the view keeps of a node; all of it may be missing. */
export interface PlaceJson {
  x?: number;
  y?: number;
  width?: number;
  collapsed?: boolean;
  /** Whether its card shows all parameters. */
  all?: boolean;
  colour?: string;
  /** Parameters that are shown as ports. */
  promoted?: string[];
  [key: string]: Json | undefined;
}

/** A group frame or a note. */
export interface FrameJson {
  id: string;
  title?: string;
  text?: string;
  x?: number;
  y?: number;
  width?: number;
  height?: number;
  colour?: string;
  [key: string]: Json | undefined;
}

export interface ViewJson {
  nodes?: Record<string, PlaceJson>;
  groups?: FrameJson[];
  notes?: FrameJson[];
}

export interface SubgraphJson {
  nodes?: Record<string, NodeJson>;
  inputs?: Record<string, string[]>;
  outputs?: Record<string, string>;
  view?: ViewJson;
}

export interface DocumentJson {
  noiseloom: number;
  name?: string;
  nodes?: Record<string, NodeJson>;
  view?: ViewJson;
}

/** Anything that has nodes. */
export type LevelJson = DocumentJson | SubgraphJson;
