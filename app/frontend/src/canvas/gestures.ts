/** What the pointer does on the canvas: pan, select, move, resize, wire. One gesture at a time. */

import type { CanvasContext } from "./context";
import { between, touches } from "./geometry";
import type { Point, PortEnd } from "./handle";
import { frameAt, nodeAt, portAt, wireAt } from "./hits";
import { beginMove } from "./moving";
import { beginResize } from "./resizing";
import { groupBox } from "./frames";

const THRESHOLD = 4;
const PORT_REACH = 14;
const EDGE = 36;

/** A gesture that has begun: what each move does, and how it ends. */
interface Gesture {
  move(at: Point, local: Point, event: PointerEvent): void;
  end(event: PointerEvent): void;
  cancel(): void;
  /** Whether the view follows when the pointer nears the edge. */
  follows?: boolean;
}

export interface Pressed {
  port: PortEnd | null;
  node: string | null;
  wire: string | null;
  frame: { list: "groups" | "notes"; id: string } | null;
  resize: Element | null;
  interactive: boolean;
}

export interface Gestures {
  down(event: PointerEvent): void;
  cancel(): boolean;
  readonly busy: () => boolean;
  pressed(target: EventTarget | null, at: Point): Pressed;
}

export interface GestureHooks {
  root(): HTMLElement | null;
  space(): boolean;
  released(link: { from: PortEnd; at: Point; screen: Point }): void;
}

const INTERACTIVE = "input, textarea, select, button, a, [contenteditable=true], [data-no-drag]:not(.nl-parameter--wired)";

export function createGestures(context: CanvasContext, hooks: GestureHooks): Gestures {
  const { editor, viewport, scene, linking } = context;
  let active: { gesture: Gesture; pointer: number; stop: () => void } | null = null;
  const touchesDown = new Map<number, Point>();

  const localOf = (event: { clientX: number; clientY: number }): Point => {
    const box = hooks.root()?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };

  function pressed(target: EventTarget | null, at: Point): Pressed {
    const element = target instanceof Element ? target : null;
    const { zoom } = viewport.view.value;
    const none: Pressed = { port: null, node: null, wire: null, frame: null, resize: null, interactive: false };
    if (context.far.value) {
      const node = nodeAt(context, at);
      const frame = node ? null : frameAt(context, at);
      return { ...none, node, frame, wire: node || frame ? null : wireAt(context, at, 7 / zoom) };
    }
    const node = element?.closest("[data-node]")?.getAttribute("data-node") ?? (element?.closest("[data-frame]") ? null : nodeAt(context, at));
    const [side, name] = element?.closest("[data-port]")?.getAttribute("data-port")?.split(":") ?? [];
    const [list, ...frame] = element?.closest("[data-frame]")?.getAttribute("data-frame")?.split(":") ?? [];
    return {
      port: node && name && (side === "input" || side === "output") ? { node, port: name, side } : null,
      node,
      wire: element?.closest("[data-wire]")?.getAttribute("data-wire") ?? null,
      frame: list === "groups" || list === "notes" ? { list, id: frame.join(":") } : null,
      resize: element?.closest("[data-resize]") ?? null,
      interactive: Boolean(element?.closest(INTERACTIVE) ?? element?.closest("[data-cut]")),
    };
  }

  function down(event: PointerEvent): void {
    if (event.pointerType === "touch") {
      touchesDown.set(event.pointerId, localOf(event));
      if (touchesDown.size === 2) return pinch();
    }
    if (active) return;
    const local = localOf(event);
    const at = viewport.toGraph(local);
    const what = pressed(event.target, at);
    linking.offer.value = null;
    if (event.button === 1 || (event.button === 0 && hooks.space())) {
      event.preventDefault();
      return begin(event, panning(local), 0);
    }
    if (event.button !== 0) return;
    const toggles = event.shiftKey || event.ctrlKey || event.metaKey;
    if (what.interactive) {
      if (what.node && !toggles && !editor.selected.nodes.value.has(what.node)) context.select([what.node]);
      return;
    }
    if (what.port) return begin(event, wiring(what.port, at), THRESHOLD);
    if (what.resize) {
      const resize = beginResize(context, what.node, what.frame);
      if (resize) return begin(event, { move: (to) => resize.move({ x: to.x - at.x, y: to.y - at.y }), end: resize.end, cancel: resize.cancel }, 0);
    }
    if (what.node || what.frame) return begin(event, moving(what, at, toggles), THRESHOLD);
    if (what.wire) {
      const { wires, nodes, frames } = editor.selected;
      const id = what.wire;
      if (!toggles) return context.select([], [id]);
      return context.select(nodes.value, wires.value.has(id) ? [...wires.value].filter((other) => other !== id) : [...wires.value, id], frames.value);
    }
    if (toggles) return begin(event, lasso(at), THRESHOLD);
    begin(event, { ...panning(local), end: () => undefined }, THRESHOLD, () => context.select([]));
  }

  /** Follow the pointer; below the threshold it is a click. */
  function begin(event: PointerEvent, gesture: Gesture, threshold: number, click?: (event: PointerEvent) => void): void {
    const root = hooks.root();
    if (!root) return;
    const start = localOf(event);
    let local = start;
    let last = event;
    let begun = threshold === 0;
    let following = 0;
    const follow = (): void => {
      const { width, height } = viewport.size.value;
      const push = (place: number, most: number): number => (place < EDGE ? EDGE - place : place > most - EDGE ? most - EDGE - place : 0) * 0.3;
      const x = push(local.x, width);
      const y = push(local.y, height);
      if (begun && (x || y)) {
        viewport.panBy(x, y);
        gesture.move(viewport.toGraph(local), local, last);
      }
      following = requestAnimationFrame(follow);
    };
    const onMove = (next: PointerEvent): void => {
      if (next.pointerId !== event.pointerId) return;
      if (touchesDown.has(next.pointerId)) touchesDown.set(next.pointerId, localOf(next));
      local = localOf(next);
      last = next;
      if (!begun && Math.hypot(local.x - start.x, local.y - start.y) >= threshold) {
        begun = true;
        if (gesture.follows) following = requestAnimationFrame(follow);
      }
      if (begun) {
        root.classList.add("nl-busy");
        gesture.move(viewport.toGraph(local), local, next);
      }
    };
    const onUp = (next: PointerEvent): void => {
      if (next.pointerId !== event.pointerId) return;
      stop();
      if (begun) gesture.end(next);
      else {
        gesture.cancel();
        click?.(next);
      }
    };
    const onCancel = (next: PointerEvent): void => {
      if (next.pointerId !== event.pointerId) return;
      stop();
      gesture.cancel();
    };
    const stop = (): void => {
      cancelAnimationFrame(following);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onCancel);
      root.classList.remove("nl-busy");
      active = null;
    };
    // On the window and not by capture: captured events would all name the canvas as what they hit.
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onCancel);
    active = { gesture, pointer: event.pointerId, stop };
  }

  function panning(start: Point): Gesture {
    const { x, y, zoom } = viewport.view.value;
    return {
      move: (_, local) => viewport.set({ x: x + local.x - start.x, y: y + local.y - start.y, zoom }),
      end: () => undefined,
      cancel: () => undefined,
    };
  }

  function pinch(): void {
    active?.gesture.cancel();
    active?.stop();
    const middle = (): { at: Point; wide: number } => {
      const [one = { x: 0, y: 0 }, other = one] = [...touchesDown.values()];
      return { at: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }, wide: Math.hypot(one.x - other.x, one.y - other.y) };
    };
    let before = middle();
    const onMove = (event: PointerEvent): void => {
      if (!touchesDown.has(event.pointerId)) return;
      touchesDown.set(event.pointerId, localOf(event));
      const now = middle();
      viewport.panBy(now.at.x - before.at.x, now.at.y - before.at.y);
      if (before.wide > 0) viewport.zoomAt((viewport.view.value.zoom * now.wide) / before.wide, now.at);
      before = now;
    };
    const onUp = (event: PointerEvent): void => {
      touchesDown.delete(event.pointerId);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onUp);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onUp);
  }
  window.addEventListener("pointerup", (event) => touchesDown.delete(event.pointerId));
  window.addEventListener("pointercancel", (event) => touchesDown.delete(event.pointerId));

  function moving(what: Pressed, start: Point, toggles: boolean): Gesture {
    const { nodes, wires, frames } = editor.selected;
    const id = what.node ?? (what.frame ? `${what.frame.list}:${what.frame.id}` : "");
    const own = what.node ? nodes : frames;
    const was = own.value.has(id);
    const only = (): void => (what.node ? context.select([id]) : context.select([], [], [id]));
    const add = (): void => context.select(what.node ? [...nodes.value, id] : nodes.value, wires.value, what.node ? frames.value : [...frames.value, id]);
    if (!was) toggles ? add() : only();
    let move: ReturnType<typeof beginMove> | null = null;
    return {
      follows: true,
      move: (at, _, event) => (move ??= beginMove(context)).move({ x: at.x - start.x, y: at.y - start.y }, context.shell.snap.value !== event.altKey),
      end: () => move?.end(),
      cancel() {
        // A press that did not move: a click on one of many selects it alone; with a key held it leaves the selection.
        if (move) return move.cancel();
        if (!was) return;
        if (!toggles) return only();
        const rest = [...own.value].filter((other) => other !== id);
        if (what.node) context.select(rest, wires.value, frames.value);
        else context.select(nodes.value, wires.value, rest);
      },
    };
  }

  function wiring(port: PortEnd, at: Point): Gesture {
    const spot = scene.spotOf(port);
    const own = (scene.wiresOf.value.get(port.node) ?? []).filter((wire) => wire.to.node === port.node && wire.to.port === port.port);
    const taken = port.side === "input" && !spot?.port.many ? own[0] : undefined;
    let begun = false;
    let screen: Point = { x: 0, y: 0 };
    return {
      follows: true,
      move(to, _, event) {
        if (!begun) taken ? linking.begin(taken.from, at, taken) : linking.begin(port, at);
        begun = true;
        screen = { x: event.clientX, y: event.clientY };
        const { zoom } = viewport.view.value;
        linking.move(to, zoom, { port: portAt(context, to, PORT_REACH / Math.min(zoom, 1)), node: nodeAt(context, to) });
      },
      end() {
        const from = linking.link.value?.from;
        const loose = linking.loose.value;
        if (linking.end() === "space" && from) hooks.released({ from, at: loose, screen });
      },
      cancel: () => linking.cancel(),
    };
  }

  function lasso(start: Point): Gesture {
    const before = { nodes: [...editor.selected.nodes.value], frames: [...editor.selected.frames.value] };
    return {
      follows: true,
      move(at) {
        const box = between(start, at);
        context.lasso.value = box;
        const nodes = [...scene.items.value.keys()].filter((id) => touches(box, scene.boxOf(id)));
        const notes = scene.notes.value.filter((note) => touches(box, context.noteBoxes.value.get(note.id) ?? { x: 0, y: 0, width: -1, height: -1 }));
        const groups = scene.groups.value.filter((group) => {
          const frame = groupBox(scene, group);
          return frame.x >= box.x && frame.y >= box.y && frame.x + frame.width <= box.x + box.width && frame.y + frame.height <= box.y + box.height;
        });
        context.select([...before.nodes, ...nodes], [], [...before.frames, ...notes.map((note) => `notes:${note.id}`), ...groups.map((group) => `groups:${group.id}`)]);
      },
      end: () => (context.lasso.value = null),
      cancel() {
        context.lasso.value = null;
        context.select(before.nodes, [], before.frames);
      },
    };
  }

  return {
    down,
    pressed,
    busy: () => active !== null,
    cancel() {
      if (!active) return false;
      active.gesture.cancel();
      active.stop();
      return true;
    },
  };
}
