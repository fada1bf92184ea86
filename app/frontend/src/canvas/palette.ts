/** The theme's colours for what is drawn by hand. */

export interface Colours {
  panel: string;
  well: string;
  line: string;
  strong: string;
  text: string;
  soft: string;
  accent: string;
  good: string;
  bad: string;
  warn: string;
  canvas: string;
  font: string;
}

const NAMES: Record<keyof Colours, string> = {
  panel: "--nl-panel",
  well: "--nl-well",
  line: "--nl-line",
  strong: "--nl-line-strong",
  text: "--nl-text",
  soft: "--nl-soft",
  accent: "--nl-accent",
  good: "--nl-good",
  bad: "--nl-bad",
  warn: "--nl-warn",
  canvas: "--nl-canvas",
  font: "--nl-font",
};

let known: { theme: string; colours: Colours } | null = null;

/** Read from the style sheet, and again when the theme is another one. */
export function colours(element: Element): Colours {
  const theme = element.closest("[data-theme]")?.getAttribute("data-theme") ?? "";
  if (known?.theme === theme) return known.colours;
  const style = getComputedStyle(element);
  const found = Object.fromEntries(Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]));
  known = { theme, colours: found as unknown as Colours };
  return known.colours;
}
