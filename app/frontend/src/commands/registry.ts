/** What a person can do, whichever way they ask: by key, by menu, by the overview. */

import type { IconName } from "../icons";

export interface Command {
  id: string;
  label: string;
  /** As "Mod+Shift+E"; Mod is Ctrl, or Cmd on a Mac. */
  keys: string[];
  group: CommandGroup;
  icon?: IconName;
  /** More for the overview, where the label is short. */
  about?: string;
  /** Whether it can be done now. */
  possible?: () => boolean;
  /** Whether what it switches is on. */
  on?: () => boolean;
  /** The clipboard's own event does it, so the key is shown and not taken. */
  native?: boolean;
  run: () => void;
}

export type CommandGroup = "run" | "edit" | "select" | "view" | "arrange" | "graph" | "help";

/** What the groups are called in the overview, in its order. */
export const commandGroups: Readonly<Record<CommandGroup, string>> = {
  run: "Run",
  graph: "Nodes and graphs",
  edit: "Edit",
  select: "Select",
  arrange: "Arrange",
  view: "View",
  help: "Help",
};
