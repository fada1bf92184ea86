import type { Desk } from "./desk";
import type { Command } from "./registry";

/** Run, run to what is selected, stop. */
export function runCommands(desk: Desk): Command[] {
  const { editor, shell } = desk;
  const busy = (): boolean => editor.queue.value.running.length > 0 || editor.job.value?.state === "running";
  return [
    { id: "run", label: "Run", keys: ["Mod+Enter"], group: "run", icon: "run", run: () => editor.run() },
    {
      id: "run-to",
      label: "Run to here",
      about: "What the selected nodes need, and they themselves",
      keys: ["Mod+Shift+Enter"],
      group: "run",
      icon: "run-to",
      possible: () => desk.nodes().length > 0,
      run: () => editor.run(desk.paths(desk.nodes()), { front: true }),
    },
    { id: "stop", label: "Stop", keys: ["Mod+."], group: "run", icon: "stop", possible: busy, run: () => editor.stop() },
    {
      id: "run-on-change",
      label: "Run on every change",
      keys: ["Mod+Alt+Enter"],
      group: "run",
      icon: "run-on-change",
      on: () => shell.runOnChange.value,
      run: () => (shell.runOnChange.value = !shell.runOnChange.value),
    },
  ];
}

