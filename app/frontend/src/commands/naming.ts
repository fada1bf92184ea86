/** Free ids, as a person would choose them: the last part of the type, then with a number. */

import type { LevelJson } from "../document/types";

/** `heun` for `solver.heun`, `heun_2` where that is taken. */
export function freeId(wanted: string, taken: { has(id: string): boolean }): string {
  const base = asIdentifier(wanted);
  if (!taken.has(base)) return base;
  const stem = base.replace(/_\d+$/, "") || base;
  for (let number = 2; ; number++) if (!taken.has(`${stem}_${number}`)) return `${stem}_${number}`;
}

/** What of a type's id or of a title can be the name of a node. */
export function asIdentifier(text: string): string {
  const last = text.slice(text.lastIndexOf(".") + 1);
  const plain = last.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "");
  return plain || "node";
}

export const isIdentifier = (text: string): boolean => /^[a-z][a-z0-9_]*$/.test(text);

/** The ids that a level uses. */
export const takenIds = (level: LevelJson): Set<string> => new Set(Object.keys(level.nodes ?? {}));

/** A free id for a frame or a note. */
export function freeFrameId(level: LevelJson, what: "groups" | "notes"): string {
  return freeId(what === "groups" ? "group" : "note", new Set((level.view?.[what] ?? []).map((frame) => frame.id)));
}
