/** What every widget is given and gives. */

import type { Json } from "../document/types";

export interface FieldProps {
  /** The name in words, shown inside the field. */
  label: string;
  /** What is in force: the value that is set, or else the default. */
  value: Json;
  /** The default is in force; it is shown in a softer tone. */
  unset?: boolean;
  /** On a node's card: rows of 24 px. */
  compact?: boolean;
  optional?: boolean;
  invalid?: boolean;
  /** The id of the text that says what is wrong. */
  describedBy?: string | undefined;
}

export interface FieldEmits {
  /** While it is being changed: shown at once, one step of the history with what follows. */
  preview: [value: Json];
  commit: [value: Json];
  reset: [];
}

/** A parameter's name in words. */
export const inWords = (name: string): string => name.replaceAll("_", " ");

const OF_TEXT = new Set(["a", "c", "v", "x", "y", "z"]);

/** Keep a key to the field that has it: keys of the editor go on, keys of text editing and plain keys do not. */
export function keepKey(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey;
  if (!command || OF_TEXT.has(event.key.toLowerCase())) event.stopPropagation();
}

/** Whether two values are the same, object keys in any order. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const left = Object.entries(one);
  const right = new Map(Object.entries(other));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key)));
}
