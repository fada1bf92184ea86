/** Keys as commands name them, as a keyboard reports them, and as a person reads them. */

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What a key press is called: "Mod+Shift+E". A sign keeps no Shift, as it is typed differently on each keyboard. */
export function keyName(event: KeyboardEvent): string {
  const { key } = event;
  const plain = key === " " ? "Space" : key === "\\" ? "Backslash" : key.length === 1 ? key.toUpperCase() : key;
  const letter = plain.length > 1 || plain.toLowerCase() !== plain;
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push("Mod");
  if (event.altKey && (letter || plain === "Enter")) parts.push("Alt");
  if (event.shiftKey && letter) parts.push("Shift");
  return [...parts, plain].join("+");
}

const macSigns: Record<string, string> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Backspace: "⌫", Delete: "⌦", Escape: "Esc" };
const signs: Record<string, string> = { Mod: "Ctrl", Escape: "Esc", Delete: "Del" };
const both: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Backslash: "\\" };

/** The caps to draw for a key, as ["Ctrl", "Shift", "E"]. */
export const keyCaps = (name: string): string[] =>
  (name === "+" ? ["+"] : name.split("+")).map((part) => (isMac ? macSigns[part] : signs[part]) ?? both[part] ?? part);

/** A key as text, for titles. */
export const keyText = (name: string): string => keyCaps(name).join(isMac ? "" : "+");

/** For `aria-keyshortcuts`. */
export const ariaKeys = (names: readonly string[]): string =>
  names.map((name) => name.replace("Mod", isMac ? "Meta" : "Control")).join(" ");
