import { inject, ref, shallowRef, watch, type InjectionKey, type Ref, type ShallowRef } from "vue";
import type { MenuWish, SearchWish } from "../canvas/handle";

export type Drawer = "gallery" | "queue" | "log";
export type Sheet = "shortcuts" | "versions" | "help" | "tour" | "export";

/** What is open around the canvas, and how a person likes it: kept in this browser. */
export interface Shell {
  library: Ref<boolean>;
  inspector: Ref<boolean>;
  minimap: Ref<boolean>;
  snap: Ref<boolean>;
  runOnChange: Ref<boolean>;
  theme: Ref<"dark" | "light" | "system">;
  /** The panel below the canvas. */
  drawer: Ref<Drawer | null>;
  /** What lies over everything. */
  sheet: Ref<Sheet | null>;
  /** The node type that the help shows. */
  helpType: Ref<string>;
  search: ShallowRef<SearchWish | null>;
  menu: ShallowRef<MenuWish | null>;
  /** The node whose name is being edited. */
  renaming: Ref<string | null>;
}

export const shellKey: InjectionKey<Shell> = Symbol("shell");

export function useShell(): Shell {
  const shell = inject(shellKey);
  if (!shell) throw new Error("this component stands outside the editor");
  return shell;
}

const KEY = "noiseloom-shell";

export function createShell(): Shell {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
  const flag = (name: string, otherwise: boolean): Ref<boolean> => ref(typeof kept[name] === "boolean" ? (kept[name] as boolean) : otherwise);
  const theme = kept["theme"] === "light" || kept["theme"] === "dark" ? kept["theme"] : "system";
  const shell: Shell = {
    library: flag("library", false),
    inspector: flag("inspector", false),
    minimap: flag("minimap", true),
    snap: flag("snap", true),
    runOnChange: flag("runOnChange", false),
    theme: ref(theme),
    drawer: ref(null),
    sheet: ref(null),
    helpType: ref(""),
    search: shallowRef(null),
    menu: shallowRef(null),
    renaming: ref(null),
  };
  const { library, inspector, minimap, snap, runOnChange } = shell;
  watch([library, inspector, minimap, snap, runOnChange, shell.theme], ([first, second, third, fourth, fifth, sixth]) =>
    localStorage.setItem(
      KEY,
      JSON.stringify({ library: first, inspector: second, minimap: third, snap: fourth, runOnChange: fifth, theme: sixth }),
    ),
  );
  return shell;
}
