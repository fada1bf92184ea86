import { join } from "../document/references";
import { promote, resetParameters } from "./composing";
import { named, type Desk } from "./desk";
import { freeId, takenIds } from "./naming";
import type { Command } from "./registry";

/** Adding nodes, and graphs within graphs. */
export function graphCommands(desk: Desk): Command[] {
  const { editor, shell } = desk;
  const subgraph = (): string | null => {
    const id = desk.single();
    return id !== null && editor.level.value.nodes?.[id]?.graph ? id : null;
  };

  function search(): void {
    const at = desk.canvas.value?.pointer() ?? { x: 0, y: 0 };
    const screen = desk.canvas.value?.toScreen(at) ?? { x: window.innerWidth / 2, y: window.innerHeight / 3 };
    shell.search.value = { at, screen };
  }

  function enclose(): void {
    const name = freeId("subgraph", takenIds(editor.level.value));
    editor.command("enclose", { at: editor.path.value, ids: desk.nodes(), name });
    desk.select([name]);
  }

  return [
    { id: "add", label: "Add a node…", about: "Also by a double click, or Tab", keys: ["Space", "Tab"], group: "graph", icon: "plus", run: search },
    {
      id: "enclose",
      label: "Make a subgraph",
      about: "Of the selected nodes",
      keys: ["Mod+Shift+E"],
      group: "graph",
      icon: "subgraph",
      possible: () => desk.nodes().length > 0,
      run: enclose,
    },
    {
      id: "unpack",
      label: "Unpack the subgraph",
      keys: ["Mod+Shift+U"],
      group: "graph",
      possible: () => subgraph() !== null,
      run: () => {
        const id = subgraph();
        if (id === null) return;
        editor.command("unpack", { at: editor.path.value, id });
        desk.select([]);
      },
    },
    {
      id: "enter",
      label: "Enter the subgraph",
      keys: ["Mod+ArrowDown"],
      group: "graph",
      icon: "enter",
      possible: () => subgraph() !== null,
      run: () => {
        const id = subgraph();
        if (id !== null) enter(desk, join(editor.path.value, id));
      },
    },
    {
      id: "leave",
      label: "Leave the subgraph",
      keys: ["Mod+ArrowUp"],
      group: "graph",
      icon: "leave",
      possible: () => editor.path.value !== "",
      run: () => leave(desk),
    },
  ];
}

/** Show a level, all of it in view and nothing selected. */
export function enter(desk: Desk, path: string): void {
  desk.editor.path.value = path;
  desk.select([]);
  requestAnimationFrame(() => desk.canvas.value?.fit());
}

/** One level up; the subgraph that was left is selected. */
export function leave(desk: Desk): void {
  const steps = desk.editor.path.value.split("/");
  const id = steps.pop();
  enter(desk, steps.join("/"));
  if (id) desk.select([id]);
}

/** What can be done with each parameter of a node: shown as a port, or as a field again; its default. */
export function parameterCommands(desk: Desk, id: string): { promote: Command[]; reset: Command[] } {
  const node = desk.editor.level.value.nodes?.[id];
  const parameters = (node && desk.editor.signature(node)?.parameters) ?? [];
  const promoted = desk.editor.level.value.view?.nodes?.[id]?.promoted ?? [];
  return {
    promote: parameters.map((parameter) => {
      const shown = promoted.includes(parameter.name) || parameter.name in (node?.inputs ?? {});
      return {
        id: `promote-${parameter.name}`,
        label: parameter.name,
        keys: [],
        group: "graph",
        on: () => shown,
        run: () => void desk.editPinned(promote(desk.context(), id, [parameter.name], !shown), `show '${parameter.name}' as a ${shown ? "field" : "port"}`),
      };
    }),
    reset: parameters
      .filter((parameter) => parameter.name in (node?.params ?? {}))
      .map((parameter) => ({
        id: `reset-${parameter.name}`,
        label: parameter.name,
        keys: [],
        group: "edit",
        run: () => void desk.edit(resetParameters(desk.context(), [id], [parameter.name]), `reset '${parameter.name}' of ${named([id])}`),
      })),
  };
}
