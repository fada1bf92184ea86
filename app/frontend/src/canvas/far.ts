/** Draws cards and wires on one canvas: all of them from afar, and near by those that are not in the DOM yet. */

import type { CanvasContext } from "./context";
import { groupBox } from "./frames";
import { grown, touches, type Box } from "./geometry";
import { viewOf } from "./media";
import { HEADER } from "./metrics";
import { extent, trace } from "./paths";
import { kindColour } from "../kinds";
import { OVERLAP } from "./paper";
import { colours, type Colours } from "./palette";
import { statusOf, type Status } from "./status";

/** Below this zoom a card is a few pixels: plain rectangles will do, and cost a tenth. */
const PLAIN_BELOW = 0.16;

const pictures = new WeakMap<CanvasContext, Map<string, HTMLImageElement>>();

export function drawFar(canvas: HTMLCanvasElement, context: CanvasContext, redraw: () => void): void {
  const { viewport, scene, far, mounted } = context;
  const width = viewport.size.value.width + 2 * OVERLAP;
  const height = viewport.size.value.height + 2 * OVERLAP;
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const { x, y, zoom } = viewport.view.value;
  const shown = grown(viewport.shown(), OVERLAP / zoom);
  const present = new Set(far.value ? [] : mounted.value);
  const boxes: [string, Box][] = [];
  for (const id of scene.items.value.keys()) {
    if (present.has(id)) continue;
    const box = scene.boxOf(id);
    if (touches(box, shown)) boxes.push([id, box]);
  }
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  if (!far.value && !boxes.length) return;
  const ink = colours(canvas);
  pen.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * (x + OVERLAP), ratio * (y + OVERLAP));
  if (far.value) {
    drawGroups(pen, context, ink);
    drawWires(pen, context, shown, zoom);
    drawNotes(pen, context, ink);
  }
  const draw = zoom < PLAIN_BELOW ? drawPlain : drawCard;
  for (const [id, box] of boxes) draw(pen, context, id, box, ink, zoom, redraw);
}

function drawGroups(pen: CanvasRenderingContext2D, { scene, editor }: CanvasContext, ink: Colours): void {
  for (const group of scene.groups.value) {
    const box = groupBox(scene, group);
    pen.fillStyle = group.colour ?? ink.accent;
    pen.globalAlpha = 0.1;
    round(pen, box, 10);
    pen.fill();
    pen.globalAlpha = 0.7;
    pen.strokeStyle = editor.selected.frames.value.has(`groups:${group.id}`) ? ink.accent : (group.colour ?? ink.strong);
    pen.lineWidth = 2;
    pen.stroke();
    pen.globalAlpha = 1;
    pen.fillStyle = ink.soft;
    pen.font = `600 ${Math.max(20, box.width / 22)}px ${ink.font}`;
    pen.textBaseline = "bottom";
    pen.fillText(group.title ?? "", box.x + 4, box.y - 4, box.width);
  }
}

function drawNotes(pen: CanvasRenderingContext2D, { noteBoxes }: CanvasContext, ink: Colours): void {
  for (const box of noteBoxes.value.values()) {
    pen.fillStyle = ink.panel;
    pen.strokeStyle = ink.line;
    pen.lineWidth = 1.5;
    round(pen, box, 8);
    pen.fill();
    pen.stroke();
  }
}

/** Wires of one colour are one path: a thousand strokes would be a thousand passes. */
function drawWires(pen: CanvasRenderingContext2D, { scene, editor, linking }: CanvasContext, shown: Box, zoom: number): void {
  const paths = new Map<string, Path2D>();
  const chosen = editor.selected.nodes.value;
  const hidden = linking.link.value?.moved?.id;
  for (const wire of scene.wires.value.values()) {
    if (wire.id === hidden) continue;
    const route = scene.routeOf(wire);
    if (!touches(extent(route), shown)) continue;
    const strong = editor.selected.wires.value.has(wire.id) || chosen.has(wire.from.node) || chosen.has(wire.to.node);
    const key = `${strong ? "!" : ""}${wire.colour}`;
    let path = paths.get(key);
    if (!path) paths.set(key, (path = new Path2D()));
    trace(path, route);
  }
  for (const [key, path] of paths) {
    const strong = key.startsWith("!");
    pen.strokeStyle = strong ? key.slice(1) : key;
    pen.globalAlpha = strong ? 1 : 0.65;
    pen.lineWidth = Math.max(strong ? 3 : 2, (strong ? 2 : 1.1) / zoom);
    pen.stroke(path);
  }
  pen.globalAlpha = 1;
}

function drawCard(pen: CanvasRenderingContext2D, context: CanvasContext, id: string, box: Box, ink: Colours, zoom: number, redraw: () => void): void {
  const { scene, editor, linking, faults } = context;
  const item = scene.items.value.get(id);
  if (!item) return;
  const news = editor.live.of(item.path);
  const status = statusOf(news, editor.plan.value?.states[item.path]);
  const fault = faults.value.get(item.path)?.some((entry) => entry.severity !== "warning") || status.tone === "failed";
  const chosen = editor.selected.nodes.value.has(id);
  const link = linking.link.value;
  const faded = item.node.mode === "mute" || (link && link.from.node !== id && ![...item.shape.inputs.values(), ...item.shape.outputs.values()].some((spot) => link.fits.has(`${spot.side}:${id}.${spot.name}`)));
  pen.globalAlpha = faded ? 0.35 : item.node.mode === "bypass" ? 0.55 : 1;
  pen.fillStyle = ink.panel;
  round(pen, box, 8);
  pen.fill();
  pen.save();
  pen.clip();
  pen.fillStyle = item.place.colour ?? kindColour(item.kind, ink.theme);
  const alpha = pen.globalAlpha;
  pen.globalAlpha = alpha * 0.28;
  pen.fillRect(box.x, box.y, box.width, HEADER);
  pen.globalAlpha = alpha;
  const { media } = item.shape;
  const place = media && { x: box.x + 7, y: box.y + media.y, width: box.width - 14, height: media.height };
  if (place) drawPicture(pen, context, place, viewOf(news)?.items?.[0]?.url, ink, redraw);
  drawRows(pen, item.shape, box, ink);
  pen.restore();
  round(pen, box, 8);
  const edge = fault ? ink.bad : chosen ? ink.accent : stateColour(status, ink);
  pen.strokeStyle = edge ?? ink.line;
  pen.lineWidth = Math.max(edge ? 3 : 1, (edge ? 1.6 : 0.6) / zoom);
  pen.stroke();
  const size = Math.min(Math.max(13.5, 11.5 / zoom), 30);
  if (size * zoom >= 5.5) {
    pen.fillStyle = ink.text;
    pen.font = `600 ${size}px ${ink.font}`;
    pen.textBaseline = "middle";
    const letters = Math.floor((box.width - 16) / (size * 0.58));
    pen.fillText(id.length > letters ? `${id.slice(0, Math.max(letters - 1, 1))}…` : id, box.x + 9, box.y + HEADER / 2 + 1);
  }
  if (status.tone === "running") {
    pen.fillStyle = ink.accent;
    pen.fillRect(box.x, box.y + HEADER - 6, box.width * (status.progress ?? 1), 6);
  }
  pen.globalAlpha = 1;
}

/** From very far the colours are what is left to tell cards by. */
function drawPlain(pen: CanvasRenderingContext2D, context: CanvasContext, id: string, box: Box, ink: Colours, zoom: number): void {
  const { scene, editor, faults } = context;
  const item = scene.items.value.get(id);
  if (!item) return;
  const status = statusOf(editor.live.of(item.path), editor.plan.value?.states[item.path]);
  const fault = status.tone === "failed" || faults.value.get(item.path)?.some((entry) => entry.severity !== "warning");
  const edge = fault ? ink.bad : editor.selected.nodes.value.has(id) ? ink.accent : stateColour(status, ink);
  const tint = item.place.colour ?? kindColour(item.kind, ink.theme);
  const alpha = item.node.mode ? 0.4 : 1;
  pen.globalAlpha = alpha;
  pen.fillStyle = ink.panel;
  pen.fillRect(box.x, box.y, box.width, box.height);
  pen.fillStyle = edge ?? tint;
  pen.globalAlpha = alpha * (edge ? 0.6 : 0.3);
  pen.fillRect(box.x, box.y, box.width, box.height);
  pen.globalAlpha = alpha * 0.8;
  pen.fillRect(box.x, box.y, box.width, Math.max(HEADER, 2 / zoom));
  pen.globalAlpha = 1;
}

function drawRows(pen: CanvasRenderingContext2D, shape: { fields: { y: number; height: number }[]; ports: { y: number; input: unknown; output: unknown }[]; collapsed: boolean }, box: Box, ink: Colours): void {
  if (shape.collapsed) return;
  pen.fillStyle = ink.well;
  for (const row of shape.fields) pen.fillRect(box.x + 8, box.y + row.y + 3, box.width - 16, row.height - 6);
  pen.fillStyle = ink.line;
  for (const row of shape.ports) {
    if (row.input) pen.fillRect(box.x + 12, box.y + row.y + 8, 48, 6);
    if (row.output) pen.fillRect(box.x + box.width - 52, box.y + row.y + 8, 40, 6);
  }
}

function drawPicture(pen: CanvasRenderingContext2D, context: CanvasContext, box: Box, url: string | undefined, ink: Colours, redraw: () => void): void {
  pen.fillStyle = ink.well;
  pen.fillRect(box.x, box.y, box.width, box.height);
  if (!url) return;
  let known = pictures.get(context);
  if (!known) pictures.set(context, (known = new Map()));
  let picture = known.get(url);
  if (!picture) {
    if (known.size > 400) known.clear();
    picture = new Image();
    picture.onload = redraw;
    picture.src = url;
    known.set(url, picture);
  }
  if (!picture.complete || !picture.naturalWidth) return;
  const scale = Math.min(box.width / picture.naturalWidth, box.height / picture.naturalHeight);
  const width = picture.naturalWidth * scale;
  const height = picture.naturalHeight * scale;
  pen.drawImage(picture, box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height);
}

function stateColour(status: Status, ink: Colours): string | null {
  if (status.tone === "running" || status.tone === "waiting") return ink.accent;
  return status.tone === "done" ? ink.good : null;
}

function round(pen: CanvasRenderingContext2D, box: Box, radius: number): void {
  pen.beginPath();
  pen.roundRect(box.x, box.y, box.width, box.height, radius);
}
