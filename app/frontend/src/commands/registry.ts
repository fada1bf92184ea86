/** What a person can do, whichever way they ask: by key, by menu, by the overview. */

export interface Command {
  id: string;
  label: string;
  /** As "Mod+Shift+E"; Mod is Ctrl, or Cmd on a Mac. */
  keys: string[];
  group: "run" | "edit" | "select" | "view" | "arrange" | "graph" | "help";
  /** Whether it can be done now. */
  possible?: () => boolean;
  run: () => void;
}
