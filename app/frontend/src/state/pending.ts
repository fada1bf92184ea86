import type { Operation } from "../document/operations";
import type { Json } from "../document/types";

/** An edit or a command that the server has not acknowledged. */
export interface Pending {
  number: number;
  label: string;
  operation?: Operation;
  command?: { name: string; arguments: { [key: string]: Json } };
}

/** What is not acknowledged, kept over a reload of this tab. */
export interface PendingEdits {
  readonly client: string;
  readonly entries: readonly Pending[];
  add(entry: Omit<Pending, "number">): Pending;
  acknowledge(upTo: number): void;
  drop(number: number): void;
}

export function createPending(document: string): PendingEdits {
  const key = `noiseloom-pending-${document}`;
  const kept = read(key);
  const state = kept ?? { client: crypto.randomUUID(), next: 1, entries: [] as Pending[] };
  const save = (): void => sessionStorage.setItem(key, JSON.stringify(state));
  const keep = (test: (entry: Pending) => boolean): void => {
    state.entries = state.entries.filter(test);
    save();
  };
  return {
    client: state.client,
    get entries() {
      return state.entries;
    },
    add(entry) {
      const added = { ...entry, number: state.next++ };
      state.entries.push(added);
      save();
      return added;
    },
    acknowledge: (upTo) => keep((entry) => entry.number > upTo),
    drop: (number) => keep((entry) => entry.number !== number),
  };
}

function read(key: string): { client: string; next: number; entries: Pending[] } | null {
  // A duplicated tab gets a copy of the storage; two tabs must not count as one client.
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (navigation?.type !== "reload" && navigation?.type !== "back_forward") return null;
  const text = sessionStorage.getItem(key);
  return text ? (JSON.parse(text) as { client: string; next: number; entries: Pending[] }) : null;
}
