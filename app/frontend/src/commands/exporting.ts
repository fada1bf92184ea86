/** A picture of the canvas to take along. The PNG carries the graph: dropped on the editor, it opens again. */

import type { Drawing } from "../canvas/drawing/drawing";
import { wordsOf } from "../state/refusals";
import { withGraph } from "./picture";
import type { Desk } from "./desk";
import type { Command } from "./registry";

const SCALE = 2;
/** Browsers draw no larger canvas than this. */
const MOST_PIXELS = 2 ** 27;
const LONGEST_SIDE = 16_000;

export function exportCommands(desk: Desk): Command[] {
  const { editor } = desk;

  async function take(ending: "png" | "svg"): Promise<void> {
    const drawn = await desk.canvas.value?.drawing();
    if (!drawn) return;
    const svg = new Blob([drawn.svg], { type: "image/svg+xml" });
    const picture = ending === "svg" ? svg : await withGraph(await raster(drawn), JSON.stringify(editor.document.value));
    save(picture, `${fileName(editor.document.value.name ?? "")}.${ending}`);
  }
  const command = (ending: "png" | "svg", label: string, about: string): Command => ({
    id: ending === "png" ? "export-picture" : "export-drawing",
    label,
    about,
    keys: [],
    group: "help",
    icon: "decoder",
    run: () =>
      void take(ending).catch((error: unknown) => editor.notify({ level: "error", text: `There is no picture: ${wordsOf(error)}` })),
  });
  return [
    command("png", "Picture of the canvas (PNG)", "It carries the graph: drop it here and it opens again"),
    command("svg", "Picture of the canvas (SVG)", "Lines and text, to print and to edit"),
  ];
}

/** The drawing in pixels, two for one where a canvas can be as large as that. */
async function raster({ svg, width, height }: Drawing): Promise<Blob> {
  const scale = Math.min(SCALE, LONGEST_SIDE / width, LONGEST_SIDE / height, Math.sqrt(MOST_PIXELS / (width * height)));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("the canvas is too large"))), "image/png"),
  );
}

const fileName = (name: string): string => name.replace(/[^\p{L}\p{N} _.-]/gu, "_").trim() || "graph";

/** Hand a file to the person, as a download. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
