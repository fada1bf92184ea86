/** A wire in the making: from which port, where its loose end is, what it would go to. */

import { shallowRef, type ShallowRef } from "vue";
import { bridge, connect as wiring, contextOf, disconnect } from "../commands/composing";
import { freeId, takenIds } from "../commands/naming";
import { pin } from "../commands/places";
import { Refused } from "../document/apply";
import { batch } from "../document/operations";
import type { Editor } from "../state/editor";
import { conversions } from "../state/fitting";
import type { NodeTypeJson } from "../state/protocol";
import { grown, holds } from "./geometry";
import type { Point, PortEnd } from "./handle";
import type { Scene, Wire } from "./scene";
import { fitting, keyOf, pairOf, portOf, refusal, type Pair } from "./wiring";

const SNAP = 26;

export interface Link {
  from: PortEnd;
  /** The wire whose end was taken. */
  moved: Wire | null;
  fits: ReadonlySet<string>;
}

/** A wire that was refused, and what would make it fit. */
export interface Offer {
  /** Where the wire was drawn from. */
  from: PortEnd;
  pair: Pair;
  reason: string;
  offers: NodeTypeJson[];
  at: Point;
}

export interface Linking {
  readonly link: ShallowRef<Link | null>;
  readonly loose: ShallowRef<Point>;
  /** The port that it would be wired to now. */
  readonly goal: ShallowRef<PortEnd | null>;
  /** Why it cannot go where the pointer is. */
  readonly barred: ShallowRef<string | null>;
  readonly offer: ShallowRef<Offer | null>;
  begin(from: PortEnd, at: Point, moved?: Wire | null): void;
  move(at: Point, zoom: number, over: { port: PortEnd | null; node: string | null }): void;
  /** Wire it, or say what became of it. */
  end(): "wired" | "refused" | "cut" | "space" | "same";
  connect(to: PortEnd): boolean;
  bridge(type: NodeTypeJson): void;
  cancel(): void;
}

export function createLinking(editor: Editor, scene: Scene): Linking {
  const link = shallowRef<Link | null>(null);
  const loose = shallowRef<Point>({ x: 0, y: 0 });
  const goal = shallowRef<PortEnd | null>(null);
  const barred = shallowRef<string | null>(null);
  const offer = shallowRef<Offer | null>(null);
  let wrong: PortEnd | null = null;

  function cancel(): void {
    link.value = null;
    goal.value = null;
    barred.value = null;
    wrong = null;
  }

  function nearest(at: Point, within: number): PortEnd | null {
    const now = link.value;
    if (!now) return null;
    let best: PortEnd | null = null;
    let least = within;
    for (const item of scene.items.value.values()) {
      if (!holds(grown(scene.boxOf(item.id), within), at)) continue;
      for (const spot of (now.from.side === "output" ? item.shape.inputs : item.shape.outputs).values()) {
        const end: PortEnd = { node: item.id, port: spot.name, side: spot.side };
        if (!now.fits.has(keyOf(end))) continue;
        const place = scene.portAt(end);
        const far = Math.hypot(place.x - at.x, place.y - at.y);
        if (far < least) {
          least = far;
          best = end;
        }
      }
    }
    return best;
  }

  function connect(to: PortEnd): boolean {
    const now = link.value;
    if (!now) return false;
    const { moved } = now;
    const pair = pairOf(now.from, to);
    cancel();
    if (moved && moved.to.node === pair.to.node && moved.to.port === pair.to.port && moved.from.node === pair.from.node && moved.from.port === pair.from.port) return true;
    return attempt(editor, () => editor.edit(batch(wiring(contextOf(editor), pair.from, pair.to, moved?.id)), "wire"));
  }

  return {
    link,
    loose,
    goal,
    barred,
    offer,
    begin(from, at, moved = null) {
      offer.value = null;
      link.value = { from, moved, fits: fitting(editor, scene, from) };
      loose.value = at;
      goal.value = null;
      barred.value = null;
    },
    move(at, zoom, over) {
      const now = link.value;
      if (!now) return;
      loose.value = at;
      let found = nearest(at, SNAP / zoom);
      wrong = null;
      if (!found && over.port && keyOf(over.port) !== keyOf(now.from)) wrong = over.port;
      else if (!found && over.node && over.node !== now.from.node) found = portOf(scene, now.from, over.node, now.fits);
      if (!found && !wrong && over.node && over.node !== now.from.node) {
        // The body of a node that takes nothing of this: its first port of the other side says why not.
        const shape = scene.items.value.get(over.node)?.shape;
        const side = now.from.side === "output" ? "input" : "output";
        const first = shape && [...(side === "input" ? shape.inputs : shape.outputs).values()].find((spot) => !spot.parameter);
        if (first) wrong = { node: over.node, port: first.name, side };
      }
      goal.value = found;
      barred.value = wrong ? refusal(editor, scene, now.from, wrong) : null;
    },
    end() {
      const now = link.value;
      if (!now) return "same";
      if (goal.value) return connect(goal.value) ? "wired" : "refused";
      if (wrong && barred.value) {
        const pair = pairOf(now.from, wrong);
        const source = scene.spotOf(pair.from);
        const target = scene.spotOf(pair.to);
        const offers = wrong.side !== now.from.side && source && target && !target.parameter ? conversions(editor.catalogue, source.port, target.port) : [];
        offer.value = { from: now.from, pair, reason: barred.value, offers, at: loose.value };
        cancel();
        return "refused";
      }
      const { moved } = now;
      const start = scene.portAt(now.from);
      const far = Math.hypot(start.x - loose.value.x, start.y - loose.value.y);
      if (!moved) return far < 12 ? (cancel(), "same") : "space";
      cancel();
      attempt(editor, () => editor.edit(batch(disconnect(contextOf(editor), [moved.id])), "unwire"));
      return "cut";
    },
    connect,
    bridge(type) {
      const now = offer.value;
      if (!now) return;
      offer.value = null;
      const from = scene.portAt(now.pair.from);
      const to = scene.portAt(now.pair.to);
      const at = { x: (from.x + to.x) / 2 - 88, y: (from.y + to.y) / 2 - 60 };
      const context = contextOf(editor);
      const added = { type, id: freeId(type.id, takenIds(context.level)) };
      const operations = [...pin(context, scene), ...bridge(context, added, now.pair.from, now.pair.to, at)];
      attempt(editor, () => editor.edit(batch(operations), `put ${type.id} between`));
    },
    cancel,
  };
}

/** Edit, and tell the person where the document does not allow it. */
export function attempt(editor: Editor, change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    editor.notify({ level: "warning", text: error.message });
    return false;
  }
}
