/** One listener for all keys. Where a person types, the keys are theirs. */

import type { Commands } from "./index";
import { keyName } from "./keys";
import { leave } from "./graphs";

const TYPING = "input, textarea, select, [contenteditable=''], [contenteditable='true'], [role='textbox'], [role='combobox']";
const OVERLAY = "[role='dialog'], [role='menu'], [role='listbox']";
const MODAL = "[role='dialog'][aria-modal='true']";
const OPERATED = "button, a[href], summary, [role='button'], [role='tab'], [role='switch'], [role='slider'], [role='treeitem'], [role='option']";
const TWICE = 600;

/** Listen until what is given back is called. */
export function listen(commands: Commands): () => void {
  const { editor } = commands.desk;
  const byKey = new Map(commands.all.flatMap((command) => command.keys.map((key) => [key, command] as const)));
  let wiresUntil = 0;
  let escaped = 0;
  let pointed = false;
  let spaced = false;

  const target = (event: Event): Element | null => (event.target instanceof Element ? event.target : null);
  const typing = (event: Event): boolean => Boolean(target(event)?.closest(TYPING));
  const overlaid = (event: Event): boolean => document.querySelector(MODAL) !== null || Boolean(target(event)?.closest(OVERLAY));

  function escape(event: KeyboardEvent): void {
    const again = event.timeStamp - escaped < TWICE;
    escaped = event.timeStamp;
    const { nodes, wires, frames } = editor.selected;
    if (again && (editor.queue.value.running.length || editor.job.value?.state === "running")) editor.stop();
    else if (nodes.value.size + wires.value.size + frames.value.size) commands.run("select-none");
    else if (editor.path.value) leave(commands.desk);
  }

  function down(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || overlaid(event)) return;
    const name = keyName(event);
    const isTyping = typing(event);
    if (isTyping && !["Mod+Enter", "Mod+Shift+Enter", "Mod+S"].includes(name)) return;
    if (name === "Mod+Shift+V") wiresUntil = event.timeStamp + 200;
    if (name === "Escape") return escape(event);
    const command = byKey.get(name);
    if (!command || command.native) return;
    const operated = target(event)?.closest(OPERATED);
    if (operated && ["Enter", "Space"].includes(name)) return;
    // Tab walks through the page, as everywhere, unless the pointer was what was last used.
    if (name === "Tab" && (!pointed || operated)) return;
    if (event.repeat && !["Mod+Z", "Mod+Shift+Z", "Mod+Y", "+", "=", "-", "Mod+D"].includes(name)) return event.preventDefault();
    if (name === "Space") {
      // Held down it moves the canvas; only a short press opens the search.
      spaced = true;
      return event.preventDefault();
    }
    if (!(command.possible?.() ?? true)) {
      if (name.startsWith("Mod+")) event.preventDefault();
      return;
    }
    event.preventDefault();
    command.run();
  }

  function up(event: KeyboardEvent): void {
    pointed &&= event.key !== "Tab";
    if (event.key !== " ") return;
    if (spaced && !event.defaultPrevented && !typing(event) && !overlaid(event)) commands.run("add");
    spaced = false;
  }

  function press(): void {
    spaced = false;
    pointed = true;
  }

  const selectsText = (): boolean => Boolean(window.getSelection()?.toString());

  function copy(event: ClipboardEvent): void {
    if (event.defaultPrevented || typing(event) || overlaid(event) || selectsText()) return;
    if (commands.clipboard.copied(event)) event.preventDefault();
  }

  function paste(event: ClipboardEvent): void {
    if (event.defaultPrevented || typing(event) || overlaid(event)) return;
    if (commands.clipboard.pasted(event, event.timeStamp < wiresUntil)) event.preventDefault();
    wiresUntil = 0;
  }

  document.addEventListener("keydown", down);
  document.addEventListener("keyup", up);
  document.addEventListener("pointerdown", press, true);
  document.addEventListener("copy", copy);
  document.addEventListener("cut", copy);
  document.addEventListener("paste", paste);
  return () => {
    document.removeEventListener("keydown", down);
    document.removeEventListener("keyup", up);
    document.removeEventListener("pointerdown", press, true);
    document.removeEventListener("copy", copy);
    document.removeEventListener("cut", copy);
    document.removeEventListener("paste", paste);
  };
}
