import type { GalleryItem } from "../../state/protocol";
import { fetchJson } from "../../views/fetching";
import { fileName, saveFile, saveFrom, suffixOf } from "../../views/handing";
import { csvOf, type Entry } from "../../views/table/writing";
import { titleOf } from "./grouping";

/** Save each item as one file: its picture, its sheet of pictures, its rows, or its words. */
export function savePictures(items: readonly GalleryItem[]): void {
  for (const item of items) {
    const { view } = item;
    const words = [item.name, titleOf(item)];
    const picture = view.kind === "trajectory" ? view.items?.at(-1) : view.items?.[0];
    if (picture) saveFrom(fileName(words, suffixOf(picture.url)), picture.url);
    else if (view.kind === "table" && view.data) void saveTable(words, view.data);
    else saveFile(fileName(words, "txt"), new Blob([view.text ?? String(view.value ?? view.summary)], { type: "text/plain" }));
  }
}

async function saveTable(words: readonly string[], address: string): Promise<void> {
  const { columns, rows } = await fetchJson<{ columns: string[]; rows: Entry[][] }>(address);
  saveFile(fileName(words, "csv"), new Blob([csvOf(columns, rows)], { type: "text/csv" }));
}
