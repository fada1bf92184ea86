import type { Drawer } from "../state/shell";
import type { Desk } from "./desk";
import type { Command } from "./registry";

const STEP = 1.25;

/** What is in view, and which panels are open. */
export function viewCommands(desk: Desk): Command[] {
  const { editor, shell, canvas } = desk;
  const drawer = (id: Drawer, label: string, key: string): Command => ({
    id,
    label,
    keys: [key],
    group: "view",
    icon: id,
    on: () => shell.drawer.value === id,
    run: () => (shell.drawer.value = shell.drawer.value === id ? null : id),
  });
  const themes = { dark: "light", light: "system", system: "dark" } as const;
  return [
    {
      id: "fit",
      label: "Fit in view",
      about: "The selected nodes, or all",
      keys: ["F", "."],
      group: "view",
      icon: "fit",
      run: () => (desk.nodes().length ? canvas.value?.fit(desk.nodes()) : canvas.value?.fit()),
    },
    { id: "fit-all", label: "Fit all in view", keys: ["Shift+F"], group: "view", run: () => canvas.value?.fit() },
    { id: "zoom-in", label: "Zoom in", keys: ["+", "="], group: "view", icon: "plus", run: () => canvas.value?.zoomBy(STEP) },
    { id: "zoom-out", label: "Zoom out", keys: ["-"], group: "view", icon: "minus", run: () => canvas.value?.zoomBy(1 / STEP) },
    { id: "zoom-100", label: "Zoom to 100 %", keys: ["1"], group: "view", run: () => canvas.value?.zoomTo(1) },
    { id: "library", label: "Library", keys: ["B"], group: "view", icon: "library", on: () => shell.library.value, run: () => (shell.library.value = !shell.library.value) },
    { id: "inspector", label: "Inspector", keys: ["I"], group: "view", icon: "inspector", on: () => shell.inspector.value, run: () => (shell.inspector.value = !shell.inspector.value) },
    { id: "minimap", label: "Minimap", keys: ["M"], group: "view", icon: "minimap", on: () => shell.minimap.value, run: () => (shell.minimap.value = !shell.minimap.value) },
    drawer("gallery", "Gallery", "G"),
    drawer("queue", "Queue", "Q"),
    drawer("log", "Log", "L"),
    {
      id: "theme",
      label: "Theme: dark, light, as the system",
      keys: ["Shift+T"],
      group: "view",
      icon: "moon",
      run: () => (shell.theme.value = themes[shell.theme.value]),
    },
    {
      id: "save",
      label: "Name this version…",
      about: "All is saved as you go; a version with a name is kept for good",
      keys: ["Mod+S"],
      group: "help",
      icon: "save",
      run: () =>
        editor.notify({
          level: "info",
          text: editor.saved.value ? "Saved as you go." : "Being saved as you go.",
          action: { label: "Name this version", run: () => (shell.sheet.value = "versions") },
        }),
    },
    { id: "versions", label: "Versions", keys: ["Shift+Z"], group: "help", icon: "history", run: () => (shell.sheet.value = "versions") },
    { id: "export", label: "Export…", keys: ["Mod+E"], group: "help", icon: "download", run: () => (shell.sheet.value = "export") },
    {
      id: "help",
      label: "Help on this node",
      keys: ["F1", "H"],
      group: "help",
      icon: "help",
      possible: () => desk.single() !== null,
      run: () => {
        const id = desk.single();
        const type = id === null ? undefined : editor.level.value.nodes?.[id]?.type;
        if (type === undefined) return;
        shell.helpType.value = type;
        shell.sheet.value = "help";
      },
    },
    { id: "shortcuts", label: "All keys", keys: ["?"], group: "help", icon: "keyboard", run: () => (shell.sheet.value = "shortcuts") },
    { id: "tour", label: "Tour", keys: [], group: "help", icon: "info", run: () => (shell.sheet.value = "tour") },
  ];
}
