import type { Operation } from "../document/operations";
import { frameValue } from "./clip";
import { bounds, moveTo } from "./composing";
import { named, type Desk } from "./desk";
import { arrange, membersOf } from "./layout";
import { freeFrameId } from "./naming";
import { aligned, distributed, type Edge } from "./places";
import type { Command } from "./registry";

const PADDING = 24;
const TITLE = 32;

/** Align, distribute, lay out, frames and notes. */
export function arrangeCommands(desk: Desk): Command[] {
  const { editor, shell } = desk;
  const several = (): boolean => desk.nodes().length > 1;
  const align = (edge: Edge, label: string, key: string): Command => ({
    id: `align-${edge}`,
    label,
    keys: [key],
    group: "arrange",
    possible: several,
    run: () => void desk.editPinned(moveTo(desk.context(), aligned(desk.boxes(desk.nodes()), edge)), `align ${named(desk.nodes())}`),
  });
  const distribute = (along: "x" | "y", label: string, key: string): Command => ({
    id: `distribute-${along}`,
    label,
    keys: [key],
    group: "arrange",
    possible: () => desk.nodes().length > 2,
    run: () => void desk.editPinned(moveTo(desk.context(), distributed(desk.boxes(desk.nodes()), along)), `distribute ${named(desk.nodes())}`),
  });

  /** The shape of what the graph is seen in: without the bars and the margin. */
  const aspect = (): number => window.innerWidth / Math.max(200, window.innerHeight - 90);

  function layOut(): void {
    const handle = desk.canvas.value;
    const ids = desk.nodes().length > 1 ? desk.nodes() : Object.keys(editor.level.value.nodes ?? {});
    if (!handle || !ids.length) return;
    const before = bounds([...desk.boxes(ids).values()]);
    const places = arrange(editor.level.value, handle.sizeOf, { only: ids, aspect: aspect(), portAt: handle.portAt });
    const after = bounds(ids.map((id) => ({ ...handle.sizeOf(id), ...(places[id] ?? { x: 0, y: 0 }) })));
    const part = ids.length < Object.keys(editor.level.value.nodes ?? {}).length;
    const by = part ? { x: before.x + before.width / 2 - after.x - after.width / 2, y: before.y + before.height / 2 - after.y - after.height / 2 } : { x: 0, y: 0 };
    const moved = Object.fromEntries(Object.entries(places).map(([id, place]) => [id, { x: place.x + by.x, y: place.y + by.y }]));
    const operations = [...moveTo(desk.context(), moved), ...refitted(moved)];
    const done = part ? desk.editPinned(operations, `lay out ${named(ids)}`) : desk.edit(operations, `lay out ${named(ids)}`);
    if (done && !part) requestAnimationFrame(() => desk.canvas.value?.fit());
  }

  /** Frames go where their members went; notes that stood beside the graph go back above it. */
  function refitted(places: Readonly<Record<string, { x: number; y: number }>>): Operation[] {
    return (editor.level.value.view?.groups ?? []).flatMap((group): Operation[] => {
      const members = membersOf(editor.level.value, group, desk.boxes(Object.keys(editor.level.value.nodes ?? {})));
      if (group.x === undefined || !members.length || !members.every((id) => places[id])) return [];
      return [{ do: "decorate", at: editor.path.value, what: "groups", id: group.id, value: { ...frameValue(group), ...frameAround(members, places) } }];
    });
  }

  function frameAround(ids: readonly string[], places: Readonly<Record<string, { x: number; y: number }>> = {}): { x: number; y: number; width: number; height: number } {
    const boxes = [...desk.boxes(ids)].map(([id, box]) => ({ ...box, ...places[id] }));
    const { x, y, width, height } = bounds(boxes);
    return {
      x: Math.round(x - PADDING),
      y: Math.round(y - PADDING - TITLE),
      width: Math.round(width + 2 * PADDING),
      height: Math.round(height + 2 * PADDING + TITLE),
    };
  }

  function frame(): void {
    const id = freeFrameId(editor.level.value, "groups");
    const value = { title: "Group", ...frameAround(desk.nodes()) };
    if (desk.editPinned([{ do: "decorate", at: editor.path.value, what: "groups", id, value }], `frame ${named(desk.nodes())}`)) desk.select([], [`groups:${id}`]);
  }

  function note(): void {
    const at = desk.canvas.value?.pointer() ?? { x: 0, y: 0 };
    const id = freeFrameId(editor.level.value, "notes");
    const value = { text: "", x: Math.round(at.x), y: Math.round(at.y), width: 240, height: 96 };
    if (desk.edit([{ do: "decorate", at: editor.path.value, what: "notes", id, value }], "add a note")) {
      desk.select([], [`notes:${id}`]);
      shell.renaming.value = `notes:${id}`;
    }
  }

  return [
    { id: "layout", label: "Lay out", about: "The selected nodes, or all", keys: ["Shift+L"], group: "arrange", icon: "layout", run: layOut },
    align("left", "Align left", "Shift+A"),
    align("right", "Align right", "Shift+D"),
    align("top", "Align top", "Shift+W"),
    align("bottom", "Align bottom", "Shift+S"),
    align("centre", "Centre in a column", "Shift+C"),
    align("middle", "Centre in a row", "Shift+R"),
    distribute("x", "Equal gaps across", "Shift+H"),
    distribute("y", "Equal gaps down", "Shift+V"),
    { id: "snap", label: "Snap to the grid", keys: ["Shift+G"], group: "arrange", icon: "snap", on: () => shell.snap.value, run: () => (shell.snap.value = !shell.snap.value) },
    { id: "frame", label: "Frame", about: "A frame around the selected nodes", keys: ["Mod+G"], group: "arrange", icon: "group", possible: () => desk.nodes().length > 0, run: frame },
    { id: "note", label: "Note", keys: ["N"], group: "arrange", icon: "note", run: note },
  ];
}
