/** What the parts of the canvas share. */

import { computed, inject, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import type { Editor } from "../state/editor";
import type { Fault } from "../state/protocol";
import type { Shell } from "../state/shell";
import type { Box } from "./geometry";
import { createLinking, type Linking } from "./linking";
import { createNotes } from "./notes";
import { createScene, type Scene } from "./scene";
import { createViewport, type Viewport } from "./viewport";

export interface Guide {
  x?: number;
  y?: number;
  from: number;
  to: number;
}

export interface CanvasContext {
  readonly editor: Editor;
  readonly shell: Shell;
  readonly viewport: Viewport;
  readonly scene: Scene;
  readonly linking: Linking;
  /** The nodes that are in the DOM, in reading order. */
  readonly mounted: ShallowRef<readonly string[]>;
  /** Whether everything is drawn on one canvas. */
  readonly far: ShallowRef<boolean>;
  readonly hovered: ShallowRef<{ wire: string | null; node: string | null }>;
  readonly guides: ShallowRef<readonly Guide[]>;
  /** The box that is being drawn around nodes. */
  readonly lasso: ShallowRef<Box | null>;
  /** Whether the whole level is on the screen. */
  readonly whole: ShallowRef<boolean>;
  readonly faults: ComputedRef<ReadonlyMap<string, readonly Fault[]>>;
  readonly noteBoxes: ComputedRef<ReadonlyMap<string, Box>>;
  select(nodes: Iterable<string>, wires?: Iterable<string>, frames?: Iterable<string>): void;
}

export const contextKey: InjectionKey<CanvasContext> = Symbol("canvas context");

export function useContext(): CanvasContext {
  const context = inject(contextKey);
  if (!context) throw new Error("this component stands outside the canvas");
  return context;
}

export function createContext(editor: Editor, shell: Shell): CanvasContext {
  const scene = createScene(editor);
  return {
    editor,
    shell,
    scene,
    viewport: createViewport(),
    linking: createLinking(editor, scene),
    mounted: shallowRef([]),
    far: shallowRef(false),
    hovered: shallowRef({ wire: null, node: null }),
    guides: shallowRef([]),
    lasso: shallowRef(null),
    whole: shallowRef(true),
    faults: computed(() => byNode(editor.plan.value?.faults ?? [])),
    noteBoxes: computed(createNotes(editor, scene)),
    select(nodes, wires = [], frames = []) {
      editor.selected.nodes.value = new Set(nodes);
      editor.selected.wires.value = new Set(wires);
      editor.selected.frames.value = new Set(frames);
    },
  };
}

function byNode(faults: readonly Fault[]): ReadonlyMap<string, readonly Fault[]> {
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    if (!fault.node) continue;
    const list = found.get(fault.node);
    if (list) list.push(fault);
    else found.set(fault.node, [fault]);
  }
  return found;
}
