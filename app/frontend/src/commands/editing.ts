import { removeAll, resetParameters, toggleMode } from "./composing";
import type { Clipboard } from "./clipboard";
import { named, type Desk } from "./desk";
import type { Command } from "./registry";
import { setPlaceKey } from "./places";

/** Undo, copies, deletion, and what a node is told to be. */
export function editCommands(desk: Desk, clipboard: Clipboard): Command[] {
  const { editor, shell } = desk;
  const something = (): boolean => desk.nodes().length + desk.frames().length > 0;
  const some = (): boolean => desk.nodes().length > 0;
  const modes = (mode: "bypass" | "mute") => (): boolean =>
    some() && desk.nodes().every((id) => editor.level.value.nodes?.[id]?.mode === mode);

  function remove(): void {
    const chosen = { nodes: desk.nodes(), wires: desk.wires(), frames: desk.frames() };
    const label = chosen.nodes.length ? `delete ${named(chosen.nodes)}` : chosen.frames.length ? "delete a frame" : "cut wires";
    if (desk.editPinned(removeAll(desk.context(), chosen), label)) desk.select([]);
  }

  function collapse(): void {
    const places = editor.level.value.view?.nodes ?? {};
    const all = desk.nodes().every((id) => places[id]?.collapsed);
    desk.editPinned(setPlaceKey(desk.context(), desk.nodes(), "collapsed", !all), `${all ? "unfold" : "collapse"} ${named(desk.nodes())}`);
  }

  return [
    { id: "undo", label: "Undo", keys: ["Mod+Z"], group: "edit", icon: "undo", possible: () => Boolean(editor.can.value.undo), run: () => editor.undo() },
    { id: "redo", label: "Redo", keys: ["Mod+Shift+Z", "Mod+Y"], group: "edit", icon: "redo", possible: () => Boolean(editor.can.value.redo), run: () => editor.redo() },
    { id: "cut", label: "Cut", keys: ["Mod+X"], native: true, group: "edit", icon: "cut", possible: something, run: () => clipboard.cut() },
    { id: "copy", label: "Copy", keys: ["Mod+C"], native: true, group: "edit", icon: "copy", possible: something, run: () => clipboard.copy() },
    {
      id: "paste",
      label: "Paste",
      about: "Nodes, the JSON text of a graph, or a picture that carries one",
      keys: ["Mod+V"],
      native: true,
      group: "edit",
      icon: "paste",
      run: () => void clipboard.paste(false),
    },
    {
      id: "paste-wired",
      label: "Paste with wires",
      about: "Wired to the same sources as the original",
      keys: ["Mod+Shift+V"],
      native: true,
      group: "edit",
      run: () => void clipboard.paste(true),
    },
    { id: "duplicate", label: "Duplicate", keys: ["Mod+D"], group: "edit", icon: "duplicate", possible: something, run: () => clipboard.duplicate(false) },
    {
      id: "duplicate-wired",
      label: "Duplicate with wires",
      keys: ["Mod+Shift+D"],
      group: "edit",
      possible: something,
      run: () => clipboard.duplicate(true),
    },
    {
      id: "delete",
      label: "Delete",
      keys: ["Delete", "Backspace"],
      group: "edit",
      icon: "trash",
      possible: () => something() || desk.wires().length > 0,
      run: remove,
    },
    {
      id: "dissolve",
      label: "Delete, keep the wire",
      about: "What was wired through stays wired",
      keys: ["Mod+Delete", "Mod+Backspace"],
      group: "edit",
      possible: some,
      run: () => {
        editor.command("dissolve", { at: editor.path.value, ids: desk.nodes() });
        desk.select([]);
      },
    },
    { id: "rename", label: "Rename", keys: ["F2"], group: "edit", icon: "pen", possible: () => desk.single() !== null, run: () => (shell.renaming.value = desk.single()) },
    { id: "collapse", label: "Collapse or unfold", keys: ["C"], group: "edit", icon: "collapse", possible: some, run: collapse },
    {
      id: "bypass",
      label: "Bypass",
      about: "The node hands on what it gets",
      keys: ["Mod+B"],
      group: "edit",
      icon: "bypass",
      possible: some,
      on: modes("bypass"),
      run: () => void desk.edit(toggleMode(desk.context(), desk.nodes(), "bypass"), `bypass ${named(desk.nodes())}`),
    },
    {
      id: "mute",
      label: "Mute",
      about: "The node and what needs it are left out",
      keys: ["Mod+M", "Shift+M"],
      group: "edit",
      icon: "mute",
      possible: some,
      on: modes("mute"),
      run: () => void desk.edit(toggleMode(desk.context(), desk.nodes(), "mute"), `mute ${named(desk.nodes())}`),
    },
    {
      id: "reset",
      label: "Reset all parameters",
      keys: ["Mod+Backslash"],
      group: "edit",
      icon: "reset",
      possible: () => desk.nodes().some((id) => Object.keys(editor.level.value.nodes?.[id]?.params ?? {}).length > 0),
      run: () => void desk.edit(resetParameters(desk.context(), desk.nodes()), `reset ${named(desk.nodes())}`),
    },
  ];
}
