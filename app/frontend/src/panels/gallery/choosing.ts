/** Which items are chosen: one, more with Ctrl, all up to one with Shift. */

import type { ShallowRef } from "vue";

export interface Choosing {
  pick(id: string, keys: { shift: boolean; more: boolean }): void;
  all(): void;
  none(): void;
}

export function createChoosing(chosen: ShallowRef<ReadonlySet<string>>, order: () => readonly string[]): Choosing {
  let anchor = "";
  return {
    pick(id, { shift, more }) {
      const ids = order();
      const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)];
      if (shift && from >= 0) {
        const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1);
        chosen.value = new Set(more ? [...chosen.value, ...range] : range);
        return;
      }
      anchor = id;
      if (!more) chosen.value = new Set([id]);
      else chosen.value = chosen.value.has(id) ? new Set([...chosen.value].filter((other) => other !== id)) : new Set([...chosen.value, id]);
    },
    all: () => (chosen.value = new Set(order())),
    none: () => (chosen.value = new Set()),
  };
}
