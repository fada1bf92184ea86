/** The colours of plots, legible on the paper of either theme. */

export interface Inks {
  dark: boolean;
  paper: string;
  text: string;
  soft: string;
  frame: string;
  grid: string;
}

type Rgb = readonly [number, number, number];

/** What the style sheet says here. */
export function inksOf(element: Element): Inks {
  const styles = getComputedStyle(element);
  const ink = (name: string): string => styles.getPropertyValue(name).trim();
  return {
    dark: styles.colorScheme.includes("dark"),
    paper: ink("--nl-well"),
    text: ink("--nl-text"),
    soft: ink("--nl-soft"),
    frame: ink("--nl-line-strong"),
    grid: ink("--nl-line"),
  };
}

const LIGHT_RAMP: readonly Rgb[] = [rgb("#2a2a6e"), rgb("#75358c"), rgb("#bf4477"), rgb("#e77c55"), rgb("#efc05a")];
const DARK_RAMP: readonly Rgb[] = [rgb("#5a63d6"), rgb("#9a5fc9"), rgb("#dc6a9b"), rgb("#f2976f"), rgb("#f6d57e")];
export const SHADES = 64;

/** The colours of values, from the low end of their scale to the high one. */
export const ramp = (dark: boolean): readonly string[] => (dark ? darkShades : lightShades);
const darkShades = shades(DARK_RAMP);
const lightShades = shades(LIGHT_RAMP);

function shades(stops: readonly Rgb[]): readonly string[] {
  return Array.from({ length: SHADES }, (_, number) => {
    const at = (number / (SHADES - 1)) * (stops.length - 1);
    const place = Math.min(Math.floor(at), stops.length - 2);
    const [one = rgb("#000000"), other = one] = [stops[place], stops[place + 1]];
    return css(mixed(one, other, at - place));
  });
}

const SERIES_ON_DARK: Readonly<Record<string, string>> = {
  "#2f6db5": "#6ea8ec",
  "#dc6a1c": "#f0914d",
  "#12806a": "#3fb89c",
  "#46307f": "#9d86e0",
};
const LEAST = 0.13;
const WHITE: Rgb = [255, 255, 255];

/** A colour that was chosen for white paper, as it is drawn here: on dark paper what is too dark is lighter. */
export function readable(colour: string, dark: boolean): string {
  if (!dark || !/^#[0-9a-f]{6}$/.test(colour)) return colour;
  const known = SERIES_ON_DARK[colour];
  if (known) return known;
  let found = rgb(colour);
  for (let tries = 0; tries < 8 && luminance(found) < LEAST; tries += 1) found = mixed(found, WHITE, 0.2);
  return css(found);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (part: number): number => (part / 255) ** 2.2;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
function rgb(colour: string): Rgb {
  const part = (place: number): number => Number.parseInt(colour.slice(place, place + 2), 16);
  return [part(1), part(3), part(5)];
}
function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  const part = (place: 0 | 1 | 2): number => one[place] + (other[place] - one[place]) * share;
  return [part(0), part(1), part(2)];
}
function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}
