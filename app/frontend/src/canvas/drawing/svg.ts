/** Pieces of an SVG as text, in colours that any program reads. */

type Attributes = Record<string, string | number | undefined>;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** An element with these attributes; those that are undefined are left out. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes).map(([key, value]) => (value === undefined ? "" : ` ${key}="${escaped(String(value))}"`));
  return `<${name}${written.join("")}>${content}</${name}>`;
}

/** What measures text and turns any colour of a style sheet into one of six hexadecimal digits. */
export interface Ruler {
  colour(style: string): string;
  /** The text, shortened until it is no wider than that. */
  shortened(text: string, font: string, width: number): string;
}

export function createRuler(): Ruler {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map<string, string>();
  return {
    colour(style) {
      const kept = known.get(style);
      if (kept !== undefined || !pen) return kept ?? style;
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = style;
      pen.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
      const found = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
      known.set(style, found);
      return found;
    },
    shortened(text, font, width) {
      if (!pen) return text;
      pen.font = font;
      let shown = text;
      while (shown.length > 1 && pen.measureText(shown === text ? shown : `${shown}…`).width > width) shown = shown.slice(0, -1);
      return shown === text ? text : `${shown}…`;
    },
  };
}

export interface Lettering {
  x: number;
  y: number;
  width: number;
  size: number;
  fill: string;
  weight?: number;
  anchor?: "end" | "middle";
  slanted?: boolean;
}

/** A line of text whose middle is at `y`. */
export function line(ruler: Ruler, family: string, text: string, how: Lettering): string {
  const shown = ruler.shortened(text, `${how.weight ?? 400} ${how.size}px ${family}`, how.width);
  const { x, y, fill, size } = how;
  return element(
    "text",
    { x, y: y + size * 0.35, fill, "font-size": size, "font-weight": how.weight, "text-anchor": how.anchor, "font-style": how.slanted ? "italic" : undefined },
    escaped(shown),
  );
}
