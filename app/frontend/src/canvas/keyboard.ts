/** The canvas by keyboard: from node to node, into widgets, wires from port to port. */

import { nextTick } from "vue";
import { parseReference } from "../document/references";
import type { CanvasContext } from "./context";
import type { Point, PortEnd } from "./handle";
import { attempt } from "./linking";
import { beginMove, GRID } from "./moving";

export interface Keyboard {
  down(event: KeyboardEvent): void;
}

export interface KeyboardHooks {
  root(): HTMLElement | null;
  reveal(ids: string[]): void;
  told(text: string): void;
  /** Escape: end what the pointer does; whether it did something. */
  cancel(): boolean;
  open(id: string): void;
}

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Enter or Space on their own: with Ctrl, Cmd or Alt they are a command, as Run. */
const operates = (event: KeyboardEvent, ...keys: string[]): boolean =>
  keys.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;

export function createKeyboard(context: CanvasContext, hooks: KeyboardHooks): Keyboard {
  const { editor, scene, linking } = context;
  let choices: PortEnd[] = [];
  let chosen = 0;
  let typed = "";

  function down(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (event.key === "Escape") {
      if (choices.length) endLink();
      else if (!hooks.cancel() && target?.closest(".nl-field-row, .nl-port")) target.closest<HTMLElement>("[data-node]")?.focus();
      else return;
      return stop(event);
    }
    if (choices.length) return linkKey(event);
    if (target?.matches("input, textarea, select, [contenteditable=true]") || target?.closest("[data-widget], .nl-field-row")) return;
    const port = target?.closest("[data-port]");
    if (port && operates(event, "Enter", " ")) return startLink(event, port);
    const step = ARROWS[event.key];
    if (step && event.altKey) return nudge(event, step);
    if (step && !event.ctrlKey && !event.metaKey) return walk(event, step);
    const node = target?.getAttribute("data-node");
    if (node && operates(event, "Enter")) {
      if (scene.items.value.get(node)?.node.graph) hooks.open(node);
      else target?.querySelector<HTMLElement>(".nl-field-row :is(input, textarea, select, button, [tabindex='0'])")?.focus();
      return stop(event);
    }
    if (node && operates(event, " ")) {
      const rest = [...editor.selected.nodes.value];
      context.select(rest.includes(node) ? rest.filter((id) => id !== node) : [...rest, node]);
      stop(event);
    }
  }

  function nudge(event: KeyboardEvent, step: Point): void {
    if (!editor.selected.nodes.value.size && !editor.selected.frames.value.size) return;
    const by = event.shiftKey ? GRID * 5 : GRID;
    const move = beginMove(context);
    move.move({ x: step.x * by, y: step.y * by }, false);
    move.end();
    stop(event);
  }

  /** To the nearest node in a direction: far off to the side counts double. */
  function walk(event: KeyboardEvent, step: Point): void {
    const focused = event.target instanceof HTMLElement ? event.target.getAttribute("data-node") : null;
    const here = focused ?? [...editor.selected.nodes.value].at(-1);
    const ids = [...scene.items.value.keys()];
    if (!ids.length) return;
    const middle = (id: string): Point => {
      const box = scene.boxOf(id);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    let next: string | undefined;
    if (here === undefined || !scene.items.value.has(here)) next = ids.sort((one, other) => middle(one).x - middle(other).x)[0];
    else {
      const from = middle(here);
      let least = Infinity;
      for (const id of ids) {
        const to = middle(id);
        const ahead = (to.x - from.x) * step.x + (to.y - from.y) * step.y;
        const aside = Math.abs((to.x - from.x) * step.y) + Math.abs((to.y - from.y) * step.x);
        if (id === here || ahead <= 4) continue;
        if (ahead + 2 * aside < least) {
          least = ahead + 2 * aside;
          next = id;
        }
      }
    }
    stop(event);
    if (next === undefined) return;
    const goal = next;
    context.select(event.shiftKey ? [...editor.selected.nodes.value, goal] : [goal]);
    hooks.reveal([goal]);
    void nextTick(() => requestAnimationFrame(() => cardOf(goal)?.focus({ preventScroll: true })));
  }

  const cardOf = (id: string): HTMLElement | null => hooks.root()?.querySelector<HTMLElement>(`[data-node="${id}"]`) ?? null;

  function startLink(event: KeyboardEvent, port: Element): void {
    const node = port.closest("[data-node]")?.getAttribute("data-node");
    const [side, name] = port.getAttribute("data-port")?.split(":") ?? [];
    if (!node || !name || (side !== "input" && side !== "output")) return;
    stop(event);
    const from: PortEnd = { node, port: name, side };
    linking.begin(from, scene.portAt(from));
    const place = (end: PortEnd): number => {
      const one = scene.portAt(from);
      const other = scene.portAt(end);
      return Math.hypot(one.x - other.x, one.y - other.y);
    };
    choices = [...(linking.link.value?.fits ?? [])]
      .map((key): PortEnd => {
        const [way, ...rest] = key.split(":");
        const reference = parseReference(rest.join(":"));
        return { node: reference.node, port: reference.port ?? "", side: way === "output" ? "output" : "input" };
      })
      .sort((one, other) => place(one) - place(other));
    typed = "";
    if (!choices.length) {
      linking.cancel();
      return hooks.told("Nothing on this level fits this port.");
    }
    aim(0);
  }

  function aim(index: number): void {
    chosen = (index + choices.length) % choices.length;
    const end = choices[chosen];
    if (!end) return;
    linking.goal.value = end;
    hooks.reveal([end.node]);
    hooks.told(`${end.node}, ${end.port}: ${chosen + 1} of ${choices.length}. Enter connects, Escape cancels.`);
  }

  function linkKey(event: KeyboardEvent): void {
    stop(event);
    if (event.key === "Enter") {
      const end = choices[chosen];
      choices = [];
      if (end && attempt(editor, () => void linking.connect(end))) hooks.told(`Connected to ${end.node}, ${end.port}.`);
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowRight" || (event.key === "Tab" && !event.shiftKey)) return aim(chosen + 1);
    if (event.key === "ArrowUp" || event.key === "ArrowLeft" || event.key === "Tab") return aim(chosen - 1);
    if (event.key === "Backspace") typed = "";
    else if (event.key.length === 1) typed += event.key.toLowerCase();
    const found = choices.findIndex((end) => `${end.node}.${end.port}`.includes(typed));
    if (found < 0) typed = "";
    else aim(found);
  }

  function endLink(): void {
    choices = [];
    linking.cancel();
    hooks.told("No wire was made.");
  }

  const stop = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  return { down };
}
