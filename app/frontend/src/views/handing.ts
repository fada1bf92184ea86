/** Out of the page: to the clipboard, or into a file. */

import { taken } from "../state/refusals";

const LATER = 10_000;

/** Save some content as a file. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  saveFrom(name, address);
  window.setTimeout(() => URL.revokeObjectURL(address), LATER);
}

/** Save what is at an address of ours as a file. */
export function saveFrom(name: string, address: string): void {
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

/** A name that every system takes for a file. */
export const fileName = (words: readonly string[], suffix: string): string =>
  `${words
    .filter(Boolean)
    .join(" ")
    .replace(/[^\p{L}\p{N} ._=-]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 80) || "noiseloom"}.${suffix}`;

/** What an address ends in, as "png". */
export const suffixOf = (address: string): string => address.slice(address.lastIndexOf(".") + 1);

export const copyText = (text: string): Promise<void> => navigator.clipboard.writeText(text);

/** Copy a picture; the clipboard takes PNG only. */
export async function copyPicture(address: string): Promise<void> {
  const png = async (): Promise<Blob> => {
    const found = await (await taken(await fetch(address))).blob();
    return found.type === "image/png" ? found : asPng(found);
  };
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png() })]);
}

async function asPng(picture: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(picture);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}
