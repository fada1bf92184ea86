import { shallowReactive } from "vue";
import type { NodeNews } from "./protocol";

/** What changes many times a second, a small record a node: an update draws one node anew and nothing else. */
export interface Live {
  of(path: string): NodeNews;
  patch(changes: Record<string, NodeNews>): void;
  clear(): void;
}

export function createLive(): Live {
  const records = new Map<string, NodeNews>();
  const of = (path: string): NodeNews => {
    let record = records.get(path);
    if (!record) records.set(path, (record = shallowReactive<NodeNews>({})));
    return record;
  };
  return {
    of,
    patch: (changes) => Object.entries(changes).forEach(([path, change]) => Object.assign(of(path), change)),
    clear: () =>
      records.forEach((record) => {
        for (const key of Object.keys(record) as (keyof NodeNews)[]) delete record[key];
      }),
  };
}
