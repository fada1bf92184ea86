/** What a context menu offers, made of the commands. */

import type { MenuWish } from "../canvas/handle";
import { disconnect } from "../commands/composing";
import type { Commands } from "../commands";
import { frameValue } from "../commands/clip";
import { findFrame } from "../commands/composing";
import { parameterCommands } from "../commands/graphs";
import { setPlaceKey } from "../commands/places";
import type { Command } from "../commands/registry";
import { findWire } from "../commands/wires";

export type MenuEntry =
  | { what: "command"; command: Command; danger?: boolean }
  | { what: "more"; label: string; entries: MenuEntry[] }
  | { what: "colours"; chosen: string | null; pick: (colour: string | null) => void }
  | { what: "rule" };

/** Restrained, and legible as a tint in both themes. */
export const colours: readonly { name: string; value: string }[] = [
  { name: "Blue", value: "#5b8def" },
  { name: "Teal", value: "#3aa394" },
  { name: "Green", value: "#6fa04a" },
  { name: "Amber", value: "#c9973f" },
  { name: "Orange", value: "#cf7646" },
  { name: "Rose", value: "#cc6486" },
  { name: "Violet", value: "#8c70d8" },
];

const rule: MenuEntry = { what: "rule" };

/** The entries for what was clicked; what cannot be done now is left out where it would only be noise. */
export function menuFor(commands: Commands, wish: MenuWish): MenuEntry[] {
  const { desk } = commands;
  const all = (...ids: string[]): MenuEntry[] => ids.map((id) => ({ what: "command", command: commands.find(id), danger: id === "delete" || id === "delete-document" }));
  const now = (...ids: string[]): MenuEntry[] => all(...ids).filter((entry) => entry.what !== "command" || (entry.command.possible?.() ?? true));
  const { target } = wish;
  switch (target.what) {
    case "node":
      return tidy([...now("run-to", "enter"), rule, ...all("rename", "collapse", "bypass", "mute"), ...aboutParameters(commands, target.id), nodeColours(commands), rule,
        ...all("cut", "copy", "duplicate", "duplicate-wired"), rule, ...all("enclose"), ...now("unpack"), ...all("frame"), arrangeMenu(commands), rule, ...all("help"), rule, ...all("dissolve", "delete")]);
    case "wire":
      return wireMenu(commands, wish, target.id);
    case "frame":
      return tidy([...frameColours(commands, target), rule, ...all("cut", "copy", "duplicate"), rule, ...all("delete")]);
    case "document":
      return tidy([...all("rename-document", "duplicate-document"), rule, ...all("versions", "export", "export-picture"), rule, ...all("delete-document")]);
    case "canvas":
      return tidy([...all("add", "note"), rule, ...all("paste", "paste-wired"), ...all("select-all"), rule, ...all("layout", "snap"), rule, ...all("fit-all", "zoom-100", "minimap", "library"), ...now("leave"), rule, ...all("export", "shortcuts")]);
  }

  function arrangeMenu({ find }: Commands): MenuEntry {
    const ids = ["layout", "align-left", "align-right", "align-top", "align-bottom", "align-centre", "align-middle", "distribute-x", "distribute-y"];
    const entries = ids.map((id): MenuEntry => ({ what: "command", command: find(id) }));
    return desk.nodes().length > 1 ? { what: "more", label: "Arrange", entries } : rule;
  }
}

/** Without rules at the ends and without two in a row. */
const tidy = (entries: MenuEntry[]): MenuEntry[] =>
  entries.filter((entry, index) => entry.what !== "rule" || (index > 0 && index < entries.length - 1 && entries[index - 1]?.what !== "rule"));

function aboutParameters({ desk }: Commands, id: string): MenuEntry[] {
  if (desk.nodes().length > 1) return [];
  const { promote, reset } = parameterCommands(desk, id);
  const list = (label: string, commands: Command[]): MenuEntry[] =>
    commands.length ? [{ what: "more", label, entries: commands.map((command) => ({ what: "command", command })) }] : [];
  return [...list("Show as port", promote), ...list("Reset", reset)];
}

function nodeColours({ desk }: Commands): MenuEntry {
  const ids = desk.nodes();
  const chosen = desk.editor.level.value.view?.nodes?.[ids[0] ?? ""]?.colour ?? null;
  return { what: "colours", chosen, pick: (colour) => void desk.editPinned(setPlaceKey(desk.context(), ids, "colour", colour), "colour") };
}

function frameColours({ desk }: Commands, target: { id: string; list: "groups" | "notes" }): MenuEntry[] {
  const found = findFrame(desk.editor.level.value, `${target.list}:${target.id}`);
  if (!found) return [];
  const pick = (colour: string | null): void => {
    const { colour: _, ...rest } = frameValue(found.frame);
    const value = colour === null ? rest : { ...rest, colour };
    desk.edit([{ do: "decorate", at: desk.editor.path.value, what: found.what, id: found.frame.id, value }], "colour");
  };
  return [{ what: "colours", chosen: found.frame.colour ?? null, pick }];
}

function wireMenu(commands: Commands, wish: MenuWish, id: string): MenuEntry[] {
  const { desk } = commands;
  const wire = findWire(desk.editor.level.value, id);
  if (!wire) return [];
  const from = desk.editor.level.value.nodes?.[wire.from.node];
  const output = wire.from.port ?? (from && desk.editor.signature(from)?.outputs[0]?.name) ?? "out";
  const offer = (side: "input" | "output"): void => {
    const end = side === "output" ? { node: wire.from.node, port: output, side } : { ...wire.to, side };
    desk.shell.search.value = { at: wish.at, screen: wish.screen, from: end };
  };
  const entry = (id_: string, label: string, run: () => void, danger = false): MenuEntry => ({
    what: "command",
    danger,
    command: { id: id_, label, keys: danger ? ["Delete"] : [], group: "edit", run },
  });
  return [
    entry("branch", `Lead '${wire.from.node}' to another node…`, () => offer("output")),
    entry("replace", `Give '${wire.to.port}' from another node…`, () => offer("input")),
    { what: "rule" },
    entry("select-source", `Select '${wire.from.node}'`, () => desk.select([wire.from.node])),
    entry("select-target", `Select '${wire.to.node}'`, () => desk.select([wire.to.node])),
    { what: "rule" },
    entry("cut-wire", "Cut the wire", () => void desk.edit(disconnect(desk.context(), [id]), "cut a wire"), true),
  ];
}
