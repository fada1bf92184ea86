import { computed, inject, shallowReactive, shallowRef, type ComputedRef, type InjectionKey, type ShallowRef } from "vue";
import { apply, levelAt } from "../document/apply";
import { batch, type Operation } from "../document/operations";
import type { DocumentJson, Json, LevelJson } from "../document/types";
import { nextSeeds } from "../widgets/seeds";
import { openChannel, type Channel } from "./channel";
import { createLive, type Live } from "./live";
import { createPending } from "./pending";
import type {
  Can,
  CatalogueJson,
  Engine,
  FromServer,
  GalleryItem,
  Job,
  LogLine,
  News,
  Plan,
  Queue,
  Snapshot,
  Start,
  ToServer,
} from "./protocol";
import { createSignatures, type Signature } from "./signatures";
import type { NodeJson } from "../document/types";

/** A passing message to the person. */
export interface Notice {
  id: number;
  level: "info" | "warning" | "error";
  text: string;
  action?: { label: string; run: () => void };
  /** It is of something that the history tells more of. */
  history?: boolean;
  /** It stays until it is dismissed. */
  lasting?: boolean;
}

/** Whether there is a line to the server; `gone` is a document that was put into the trash. */
export type Connection = "connecting" | "open" | "lost" | "refused" | "gone";

/** What all parts of the editor share: the document as this page shows it, what runs, and how to change both. */
export interface Editor {
  readonly id: string;
  readonly catalogue: CatalogueJson;
  readonly token: string;
  readonly version: string;
  /** The confirmed document with our own unconfirmed edits on top. */
  readonly document: ShallowRef<DocumentJson>;
  /** The revision that is confirmed. */
  readonly revision: ShallowRef<number>;
  /** The level that is shown: "" is the document, "sub/inner" a subgraph. */
  readonly path: ShallowRef<string>;
  readonly level: ComputedRef<LevelJson>;
  readonly signature: (node: NodeJson) => Signature | null;
  /** Ids of what is selected on the shown level. */
  readonly selected: { nodes: ShallowRef<ReadonlySet<string>>; wires: ShallowRef<ReadonlySet<string>>; frames: ShallowRef<ReadonlySet<string>> };
  readonly live: Live;
  readonly plan: ShallowRef<Plan | null>;
  readonly job: ShallowRef<Job | null>;
  readonly queue: ShallowRef<Queue>;
  readonly engine: ShallowRef<Engine>;
  readonly log: ShallowRef<readonly LogLine[]>;
  readonly results: ShallowRef<readonly GalleryItem[]>;
  readonly can: ShallowRef<Can>;
  readonly connection: ShallowRef<Connection>;
  readonly saved: ShallowRef<boolean>;
  readonly notices: readonly Notice[];
  /** Change the document: at once here, then in Python. Throws `Refused` where it cannot be. */
  edit(operation: Operation, label: string): void;
  /** A change that Python works out, as making a subgraph of a selection. */
  command(name: string, parameters: { [key: string]: Json }): void;
  undo(): void;
  redo(): void;
  run(targets?: string[], options?: { front?: boolean; replace?: boolean; count?: number }): void;
  stop(job?: string): void;
  /** Say something in passing; its id, also where it is being said already. */
  notify(notice: Omit<Notice, "id">): number;
  dismiss(id: number): void;
  /** A request that changes something, with the token that proves it is ours. */
  request(address: string, options?: RequestInit): Promise<Response>;
  close(): void;
}

export const editorKey: InjectionKey<Editor> = Symbol("editor");

/** The editor that this component is part of. */
export function useEditor(): Editor {
  const editor = inject(editorKey);
  if (!editor) throw new Error("this component stands outside the editor");
  return editor;
}

const MOST_LINES = 2000;
const MOST_NOTICES = 4;

export function createEditor(start: Start, snapshot: Snapshot): Editor {
  const pending = createPending(snapshot.id);
  let confirmed = snapshot.document;
  const revision = shallowRef(snapshot.revision);
  let notices = 0;
  const document = shallowRef(confirmed);
  const path = shallowRef("");
  const live: Live = createLive();
  const plan = shallowRef<Plan | null>(null);
  const job = shallowRef<Job | null>(null);
  const queue = shallowRef<Queue>({ running: [], waiting: [] });
  const engine = shallowRef<Engine>({ state: "starting" });
  const log = shallowRef<readonly LogLine[]>([]);
  const results = shallowRef<readonly GalleryItem[]>([]);
  const can = shallowRef<Can>(start.can);
  const connection = shallowRef<Connection>("connecting");
  const saved = shallowRef(true);
  const shown = shallowReactive<Notice[]>([]);
  const level = computed<LevelJson>(() => levelAt(document.value, path.value) ?? document.value);
  const none: ReadonlySet<string> = new Set();
  const selected = { nodes: shallowRef(none), wires: shallowRef(none), frames: shallowRef(none) };

  /** Put our own unconfirmed edits on top of what is confirmed; what no longer applies the server will refuse, too. */
  function rebase(): void {
    let next = confirmed;
    for (const entry of pending.entries) {
      try {
        if (entry.operation) next = apply(next, entry.operation);
      } catch {
        continue;
      }
    }
    document.value = next;
    saved.value = !pending.entries.length;
    if (path.value && !levelAt(next, path.value)) path.value = "";
  }

  function take(found: Snapshot): void {
    confirmed = found.document;
    revision.value = found.revision;
    rebase();
  }

  function hear(message: FromServer): void {
    switch (message.kind) {
      case "welcome":
        pending.acknowledge(message.acknowledged);
        take(message.snapshot);
        can.value = message.can;
        live.clear();
        patch(message.live);
        for (const entry of pending.entries) channel.send(asMessage(entry));
        return;
      case "edited":
        if (message.client === pending.client) pending.acknowledge(message.number);
        if (message.can) can.value = message.can;
        if (message.revision > revision.value) {
          confirmed = apply(confirmed, message.operation);
          revision.value = message.revision;
        }
        rebase();
        return;
      case "refused":
        pending.drop(message.number);
        take(message.snapshot);
        editor.notify({ level: "warning", text: message.message });
        return;
      case "told":
        editor.notify({ level: message.level, text: message.text, ...(message.history ? { history: true, lasting: true } : {}) });
        return;
      case "gone":
        channel.close();
        connection.value = "gone";
        return;
      case "news":
        patch(message);
        channel.send({ kind: "got" });
    }
  }

  function patch(news: News): void {
    if (news.plan) plan.value = news.plan;
    if (news.nodes) live.patch(news.nodes);
    if (news.job !== undefined) job.value = news.job;
    if (news.queue) queue.value = news.queue;
    if (news.engine) engine.value = news.engine;
    if (news.log) log.value = [...log.value, ...news.log].slice(-MOST_LINES);
    if (news.results) results.value = [...news.results, ...results.value];
  }

  const asMessage = (entry: (typeof pending.entries)[number]): ToServer =>
    entry.operation
      ? { kind: "edit", number: entry.number, operation: entry.operation, label: entry.label }
      : { kind: "command", number: entry.number, name: entry.command?.name ?? "", arguments: entry.command?.arguments ?? {} };

  const editor: Editor = {
    id: snapshot.id,
    catalogue: start.catalogue,
    token: start.token,
    version: start.version,
    document,
    revision,
    path,
    level,
    signature: createSignatures(start.catalogue),
    selected,
    live,
    plan,
    job,
    queue,
    engine,
    log,
    results,
    can,
    connection,
    saved,
    notices: shown,
    edit(operation, label) {
      document.value = apply(document.value, operation);
      saved.value = false;
      channel.send(asMessage(pending.add({ operation, label })));
    },
    command(name, parameters) {
      saved.value = false;
      channel.send(asMessage(pending.add({ label: name, command: { name, arguments: parameters } })));
    },
    undo: () => channel.send({ kind: "undo" }),
    redo: () => channel.send({ kind: "redo" }),
    run(targets = [], { front = false, replace = false, count = 1 } = {}) {
      for (let turn = 0; turn < count; turn += 1) {
        channel.send({ kind: "run", targets, front, replace });
        const seeds = replace ? [] : nextSeeds(document.value, "");
        if (seeds.length) editor.edit(batch(seeds), "seeds after a run");
      }
    },
    stop: (wanted) => channel.send(wanted === undefined ? { kind: "stop" } : { kind: "stop", job: wanted }),
    notify(notice) {
      const same = shown.find((other) => other.text === notice.text);
      if (same) return same.id;
      shown.push({ ...notice, id: ++notices });
      if (shown.length > MOST_NOTICES) shown.splice(Math.max(0, shown.findIndex((other) => !other.lasting)), 1);
      return notices;
    },
    dismiss(id) {
      const index = shown.findIndex((notice) => notice.id === id);
      if (index >= 0) shown.splice(index, 1);
    },
    request: (address, options = {}) =>
      fetch(address, { ...options, headers: { ...options.headers, "X-Noiseloom-Token": start.token } }),
    close: () => channel.close(),
  };

  patch(start.live);
  rebase();
  const channel: Channel = openChannel(socketAddress(snapshot.id), {
    hear,
    opened: () => [{ kind: "hello", token: start.token, client: pending.client, seen: revision.value }],
    connection: (state) => (connection.value = state),
  });
  return editor;
}

function socketAddress(id: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/live/${id}`;
}
