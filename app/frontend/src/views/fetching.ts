/** More of a view than came with it. Addresses are digests of what is there, so what was got once is never asked for again. */

import { onScopeDispose, shallowRef, watch, type ShallowRef } from "vue";
import { taken, wordsOf } from "../state/refusals";

const MOST = 48;
const known = new Map<string, Promise<unknown>>();

/** The JSON at an address. */
export function fetchJson<T>(address: string): Promise<T> {
  const found = known.get(address) ?? ask(address);
  known.delete(address);
  known.set(address, found);
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  return found as Promise<T>;
}

async function ask(address: string): Promise<unknown> {
  try {
    const answer = await fetch(address);
    if (answer.status === 404) throw new Error("it is no longer there; run the node again");
    return await (await taken(answer)).json();
  } catch (error) {
    known.delete(address);
    throw error;
  }
}

export interface Fetched<T> {
  data: ShallowRef<T | null>;
  trouble: ShallowRef<string>;
}

/** The JSON at an address that may change; null until it is there. */
export function useFetched<T>(address: () => string | undefined): Fetched<T> {
  const data = shallowRef<T | null>(null);
  const trouble = shallowRef("");
  let asked = 0;
  watch(
    address,
    async (now) => {
      const mine = ++asked;
      trouble.value = "";
      if (!now) return void (data.value = null);
      try {
        const found = await fetchJson<T>(now);
        if (mine === asked) data.value = found;
      } catch (error) {
        if (mine === asked) trouble.value = wordsOf(error);
      }
    },
    { immediate: true },
  );
  onScopeDispose(() => (asked = -1));
  return { data, trouble };
}
