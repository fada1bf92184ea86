/** All that can be done, made once for each editor. */

import { inject, type InjectionKey, type ShallowRef } from "vue";
import type { CanvasHandle } from "../canvas/handle";
import type { Editor } from "../state/editor";
import type { Shell } from "../state/shell";
import { arrangeCommands } from "./arranging";
import { createClipboard, type Clipboard } from "./clipboard";
import { createDesk, type Desk } from "./desk";
import { documentCommands } from "./documents";
import { editCommands } from "./editing";
import { exportCommands } from "./exporting";
import { graphCommands } from "./graphs";
import type { Command } from "./registry";
import { runCommands } from "./running";
import { selectCommands } from "./selecting";
import { viewCommands } from "./viewing";

export interface Commands {
  readonly all: readonly Command[];
  readonly desk: Desk;
  readonly clipboard: Clipboard;
  find(id: string): Command;
  /** Do it, if it can be done now. */
  run(id: string): void;
}

export const commandsKey: InjectionKey<Commands> = Symbol("commands");

/** The commands of the editor that this component is part of. */
export function useCommands(): Commands {
  const commands = inject(commandsKey);
  if (!commands) throw new Error("this component stands outside the editor");
  return commands;
}

export function createCommands(editor: Editor, canvas: ShallowRef<CanvasHandle | null>, shell: Shell): Commands {
  const desk = createDesk(editor, canvas, shell);
  const clipboard = createClipboard(desk);
  const all = [
    ...runCommands(desk),
    ...graphCommands(desk),
    ...editCommands(desk, clipboard),
    ...selectCommands(desk),
    ...arrangeCommands(desk),
    ...viewCommands(desk),
    ...documentCommands(desk),
    ...exportCommands(desk),
  ];
  const byId = new Map(all.map((command) => [command.id, command]));
  const find = (id: string): Command => {
    const command = byId.get(id);
    if (!command) throw new Error(`there is no command '${id}'`);
    return command;
  };
  return {
    all,
    desk,
    clipboard,
    find,
    run: (id) => {
      const command = find(id);
      if (command.possible?.() ?? true) command.run();
    },
  };
}
