import type { Desk } from "./desk";
import type { Command } from "./registry";
import { reach } from "./wires";

/** All, none, and what the selected nodes are wired to. */
export function selectCommands(desk: Desk): Command[] {
  const { editor } = desk;
  const some = (): boolean => desk.nodes().length > 0;
  const everything = (): void => {
    const { nodes, view } = editor.level.value;
    desk.select(Object.keys(nodes ?? {}), [...(view?.groups ?? []).map((group) => `groups:${group.id}`), ...(view?.notes ?? []).map((note) => `notes:${note.id}`)]);
  };
  const grow = (direction: "up" | "down") => (): void => desk.select(reach(editor.level.value, desk.nodes(), direction));
  return [
    { id: "select-all", label: "Select all", keys: ["Mod+A"], group: "select", run: everything },
    { id: "select-none", label: "Select nothing", keys: ["Escape"], group: "select", run: () => desk.select([]) },
    { id: "select-up", label: "Select all that it needs", keys: ["["], group: "select", possible: some, run: grow("up") },
    { id: "select-down", label: "Select all that needs it", keys: ["]"], group: "select", possible: some, run: grow("down") },
    {
      id: "select-invert",
      label: "Select the others",
      keys: ["Mod+I"],
      group: "select",
      run: () => {
        const chosen = new Set(desk.nodes());
        desk.select(Object.keys(editor.level.value.nodes ?? {}).filter((id) => !chosen.has(id)));
      },
    },
  ];
}
