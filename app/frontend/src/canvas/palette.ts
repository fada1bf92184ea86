/** The theme's colours for what is drawn by hand. */

import type { Theme } from "../kinds";

export interface Colours {
  theme: Theme;
  canvas: string;
  panel: string;
  well: string;
  line: string;
  strong: string;
  text: string;
  soft: string;
  accent: string;
  good: string;
  bad: string;
  font: string;
}

const known = new WeakMap<Element, Colours>();

/** Read from the style sheet, and again when the theme is another one. */
export function colours(element: Element): Colours {
  const theme: Theme = element.closest("[data-theme]")?.getAttribute("data-theme") === "light" ? "light" : "dark";
  const kept = known.get(element);
  if (kept?.theme === theme) return kept;
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--nl-${name}`).trim();
  const found: Colours = {
    theme,
    canvas: read("canvas"),
    panel: read("panel"),
    well: read("well"),
    line: read("line"),
    strong: read("line-strong"),
    text: read("text"),
    soft: read("soft"),
    accent: read("accent"),
    good: read("good"),
    bad: read("bad"),
    font: read("font"),
  };
  known.set(element, found);
  return found;
}
