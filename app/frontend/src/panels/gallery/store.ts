/** The gallery as this page has it: the items that were asked for so far, and those that came since. */

import { computed, inject, reactive, shallowRef, watch, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import type { DocumentJson } from "../../document/types";
import type { Editor } from "../../state/editor";
import type { GalleryItem, GalleryPage, View } from "../../state/protocol";
import { taken, wordsOf } from "../../state/refusals";
import { newestFirst } from "./grouping";

export interface Filter {
  /** Of this document only. */
  here: boolean;
  kind: View["kind"] | "";
  favourites: boolean;
  search: string;
}

export interface GalleryStore {
  readonly filter: Filter;
  readonly items: ComputedRef<readonly GalleryItem[]>;
  readonly more: ShallowRef<boolean>;
  readonly loading: ShallowRef<boolean>;
  readonly trouble: ShallowRef<string>;
  readonly chosen: ShallowRef<ReadonlySet<string>>;
  /** What is shown large. */
  readonly large: ShallowRef<GalleryItem | null>;
  readonly compared: ShallowRef<readonly GalleryItem[]>;
  /** Ask for the next page; the first one where there is none yet. */
  next(): Promise<void>;
  favour(item: GalleryItem): Promise<void>;
  /** Take items out, with a while to think better of it. */
  remove(items: readonly GalleryItem[]): void;
  openGraph(item: GalleryItem): Promise<void>;
  graphOf(item: GalleryItem): Promise<DocumentJson>;
  close(): void;
}

export const galleryKey: InjectionKey<GalleryStore> = Symbol("gallery");

export function useGallery(): GalleryStore {
  const gallery = inject(galleryKey);
  if (!gallery) throw new Error("this component stands outside the editor");
  return gallery;
}

const REST = 220;
const THINK = 5200;

export function createGallery(editor: Editor): GalleryStore {
  const filter = reactive<Filter>({ here: true, kind: "", favourites: false, search: "" });
  const known = shallowRef<ReadonlyMap<string, GalleryItem>>(new Map());
  const gone = shallowRef<ReadonlySet<string>>(new Set());
  const more = shallowRef(true);
  const loading = shallowRef(false);
  const trouble = shallowRef("");
  const chosen = shallowRef<ReadonlySet<string>>(new Set());
  const large = shallowRef<GalleryItem | null>(null);
  const compared = shallowRef<readonly GalleryItem[]>([]);
  const items = computed(() => newestFirst(known.value.values()).filter((item) => !gone.value.has(item.id)));
  const graphs = new Map<string, Promise<DocumentJson>>();
  const going = new Map<number, readonly GalleryItem[]>();
  let round = 0;
  let asked = false;
  /** The id below which nothing was asked for yet. */
  let before = "";

  const put = (found: readonly GalleryItem[]): void => {
    const next = new Map(known.value);
    for (const item of found) next.set(item.id, item);
    known.value = next;
  };

  async function next(): Promise<void> {
    if (loading.value || !more.value) return;
    const mine = round;
    asked = true;
    loading.value = true;
    trouble.value = "";
    const query = new URLSearchParams({ limit: "60" });
    if (filter.here) query.set("document", editor.id);
    if (filter.kind) query.set("kind", filter.kind);
    if (filter.favourites) query.set("favourites", "true");
    if (filter.search.trim()) query.set("search", filter.search.trim());
    if (before) query.set("before", before);
    try {
      const answer = await taken(await editor.request(`/api/gallery?${query.toString()}`));
      const page = (await answer.json()) as GalleryPage;
      if (mine !== round) return;
      put(page.items);
      more.value = page.more;
      before = page.items.at(-1)?.id ?? before;
    } catch (error) {
      if (mine === round) trouble.value = wordsOf(error);
    } finally {
      if (mine === round) loading.value = false;
    }
  }

  /** Begin anew, as with another filter. */
  function restart(): void {
    round += 1;
    before = "";
    known.value = new Map();
    chosen.value = new Set();
    more.value = true;
    loading.value = false;
    if (asked) void next();
  }
  let timer = 0;
  watch(filter, () => {
    clearTimeout(timer);
    timer = window.setTimeout(restart, REST);
  });

  // A search looks into graphs, which only the server has: then what is new is asked for.
  const fits = (item: GalleryItem): boolean =>
    (!filter.here || item.document === editor.id) && (!filter.kind || item.kind === filter.kind) && (!filter.favourites || item.favourite);
  watch(editor.results, (results) => {
    if (!asked) return;
    if (filter.search.trim()) restart();
    else put(results.filter((item) => fits(item)));
  });

  async function send(address: string, options: RequestInit): Promise<Response> {
    return taken(await editor.request(address, { ...options, headers: { "Content-Type": "application/json" } }));
  }
  const tell = (error: unknown): void =>
    void editor.notify({ level: "error", text: wordsOf(error) });

  function flush(key: number): void {
    const removed = going.get(key);
    clearTimeout(key);
    if (!going.delete(key) || !removed) return;
    for (const item of removed) void send(`/api/gallery/${item.id}`, { method: "DELETE", keepalive: true }).catch(tell);
  }
  const flushAll = (): void => [...going.keys()].forEach(flush);
  window.addEventListener("pagehide", flushAll);

  return {
    filter,
    items,
    more,
    loading,
    trouble,
    chosen,
    large,
    compared,
    next,
    async favour(item) {
      const wanted = { ...item, favourite: !item.favourite };
      put([wanted]);
      if (large.value?.id === item.id) large.value = wanted;
      try {
        await send(`/api/gallery/${item.id}`, { method: "POST", body: JSON.stringify({ favourite: wanted.favourite }) });
      } catch (error) {
        put([item]);
        tell(error);
      }
    },
    remove(removed) {
      if (!removed.length) return;
      const ids = removed.map((item) => item.id);
      gone.value = new Set([...gone.value, ...ids]);
      chosen.value = new Set([...chosen.value].filter((id) => !ids.includes(id)));
      const key = window.setTimeout(() => flush(key), THINK);
      going.set(key, removed);
      const text = removed.length === 1 ? `“${removed[0]?.node ?? ""}” was taken out of the gallery.` : `${removed.length} results were taken out of the gallery.`;
      const undo = (): void => {
        clearTimeout(key);
        going.delete(key);
        gone.value = new Set([...gone.value].filter((id) => !ids.includes(id)));
      };
      editor.notify({ level: "info", text, action: { label: "Undo", run: undo } });
    },
    async openGraph(item) {
      try {
        const answer = await send(`/api/gallery/${item.id}/open`, { method: "POST" });
        const { id } = (await answer.json()) as { id: string };
        window.location.assign(`/d/${id}`);
      } catch (error) {
        tell(error);
      }
    },
    graphOf(item) {
      const found =
        graphs.get(item.graph) ??
        editor.request(`/api/gallery/${item.id}/graph`).then(async (answer) => (await (await taken(answer)).json()) as DocumentJson);
      graphs.set(item.graph, found);
      found.catch(() => graphs.delete(item.graph));
      return found;
    },
    close() {
      window.removeEventListener("pagehide", flushAll);
      flushAll();
    },
  };
}
