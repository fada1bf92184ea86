/** The whole level as an SVG in the colours of the theme: what the canvas shows, without what belongs to the moment. */

import type { CanvasContext } from "../context";
import { groupBox } from "../frames";
import { around, grown, type Box } from "../geometry";
import { viewOf } from "../media";
import { colours } from "../palette";
import { pathOf } from "../paths";
import { card, type Tools } from "./cards";
import { createRuler, element, line } from "./svg";

export interface Drawing {
  svg: string;
  width: number;
  height: number;
}

const MARGIN = 40;
const NOTE_LINE = 20;

/** Draw it; `from` is an element that has the colours of the theme. */
export async function drawing(context: CanvasContext, from: Element): Promise<Drawing> {
  const { scene } = context;
  const ink = colours(from);
  const tools: Tools = { context, ink, ruler: createRuler(), pictures: await pictures(context) };
  const boxes = [
    ...[...scene.items.value.keys()].map((id) => scene.boxOf(id)),
    ...scene.groups.value.map((group) => groupBox(scene, group)),
    ...context.noteBoxes.value.values(),
  ];
  const { x, y, width, height } = grown(around(boxes) ?? { x: 0, y: 0, width: 320, height: 200 }, MARGIN);
  const size = { width: Math.ceil(width), height: Math.ceil(height) };
  const wires = [...scene.wires.value.values()].map((wire) =>
    element("path", { d: pathOf(scene.routeOf(wire)), fill: "none", stroke: wire.colour, "stroke-width": 2.2, "stroke-linecap": "round" }),
  );
  const content = [
    element("rect", { x, y, ...size, fill: ink.canvas }),
    ...scene.groups.value.map((group) => frame(tools, groupBox(scene, group), group.title ?? "", group.colour)),
    ...wires,
    ...[...context.noteBoxes.value].map(([id, box]) => note(tools, box, scene.notes.value.find((entry) => entry.id === id)?.text ?? "")),
    ...[...scene.items.value.values()].map((item) => card(tools, item)),
  ];
  const attributes = { xmlns: "http://www.w3.org/2000/svg", ...size, viewBox: `${x} ${y} ${size.width} ${size.height}`, "font-family": ink.font };
  return { svg: element("svg", attributes, content.join("\n")), ...size };
}

function frame({ ink, ruler }: Tools, box: Box, title: string, colour: string | undefined): string {
  const look = { fill: colour ?? ink.accent, "fill-opacity": 0.07, stroke: colour ?? ink.strong, "stroke-opacity": 0.7 };
  return element("rect", { ...box, rx: 12, ...look }) + line(ruler, ink.font, title, { x: box.x + 14, y: box.y + 17, width: box.width - 28, size: 14, weight: 600, fill: ink.text });
}

/** A note as plain text, its lines broken where they are full. */
function note({ ink, ruler }: Tools, box: Box, text: string): string {
  const letters = Math.max(8, Math.floor((box.width - 28) / 7.4));
  const lines = text.split("\n").flatMap((paragraph) => broken(paragraph.replace(/^#+ |[*_`]/g, ""), letters));
  const most = Math.max(1, Math.floor((box.height - 16) / NOTE_LINE));
  const shown = lines.slice(0, most).map((words, index) => line(ruler, ink.font, words, { x: box.x + 14, y: box.y + 22 + index * NOTE_LINE, width: box.width - 28, size: 13, fill: ink.text }));
  return element("rect", { ...box, rx: 9, fill: ink.panel, stroke: ink.line }) + shown.join("");
}

function broken(text: string, letters: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last && last.length + word.length + 1 > letters) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

/** What cards show, read once each; a picture that is gone is left out. */
async function pictures({ scene, editor }: CanvasContext): Promise<ReadonlyMap<string, string>> {
  const shown = [...scene.items.value.values()].flatMap((item) => {
    const news = editor.live.of(item.path);
    return item.shape.media ? (viewOf(news)?.items?.[0]?.url ?? []) : [];
  });
  const found = await Promise.all([...new Set(shown)].map(async (url) => [url, await embedded(url)] as const));
  return new Map(found.filter((entry): entry is readonly [string, string] => entry[1] !== null));
}

async function embedded(url: string): Promise<string | null> {
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) return null;
  const blob = await answer.blob();
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(typeof reader.result === "string" ? reader.result : null);
    reader.onerror = () => done(null);
    reader.readAsDataURL(blob);
  });
}
