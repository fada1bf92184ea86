/** Lists of numbers as they are typed. */

import { allowed, read, type Figure, type NumberKind } from "./numbers";

export interface ListKind {
  item?: Omit<NumberKind, "kind">;
  shortest?: number;
}

/** The numbers that were typed, or what is wrong with the first that is none. */
export function readList(kind: ListKind, text: string): { values: Figure[] } | { problem: string } {
  const item = kind.item ?? {};
  const parts = text
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(text.includes(",") || text.includes(";") ? /[,;]/ : /\s+/)
    .map((part) => part.trim())
    .filter(Boolean);
  const values: Figure[] = [];
  for (const part of parts) {
    const found = read(item, part);
    if ("problem" in found) return { problem: `“${part}”: each is ${allowed(item)}.` };
    values.push(found.value);
  }
  const shortest = kind.shortest ?? 0;
  return values.length < shortest ? { problem: `Give at least ${shortest} numbers.` } : { values };
}
