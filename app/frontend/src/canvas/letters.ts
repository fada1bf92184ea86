/** How wide text is, without a page to measure it in: in em, for the widest of the fonts that may be used. */

const NARROW = /[fijltI.,:;'|!()[\] ·]/;
const WIDE = /[mwMW@%∞]/;
const BOLD = 1.12;

const known = new Map<string, number>();

/** The width of regular text, in em. */
export function em(text: string): number {
  let sum = known.get(text);
  if (sum === undefined) {
    sum = 0;
    for (const letter of text) sum += NARROW.test(letter) ? 0.36 : WIDE.test(letter) ? 0.92 : 0.62;
    if (known.size < MOST) known.set(text, sum);
  }
  return sum;
}

/** The width of a name on a card, in em. */
export const boldEm = (text: string): number => em(text) * BOLD;

/** What the second line of a card's head is: the type, in front of its dot and after, and what a run says. */
export interface HeadLine {
  prefix: string;
  type: string;
  said: string;
  /** The base sizes of letters up to which each of the three has room, in pixels. */
  rooms: { prefix: number; type: number; said: number };
}

/** What stands beside the text of a head: the icon, the badge, and the gaps. */
export const BESIDE = 80;
const GAP = 10;
/** The second line against the base size. */
const SECOND = 0.88;
const MOST = 5000;
const ALWAYS = 1000;

/** Nothing in a head is cut off: where letters have grown too large for all of it, a part is left out. */
export function headLine(typeName: string, said: string, minor: boolean, width: number): HeadLine {
  const dot = typeName.indexOf(".") + 1;
  const prefix = typeName.slice(0, dot);
  const type = typeName.slice(dot);
  const upTo = (...texts: string[]): number => (width - BESIDE - GAP * (texts.length - 1)) / (SECOND * texts.reduce((sum, text) => sum + em(text), 0));
  if (!said) return { prefix, type, said, rooms: { prefix: upTo(typeName), type: ALWAYS, said: ALWAYS } };
  if (minor) return { prefix, type, said, rooms: { prefix: upTo(typeName), type: ALWAYS, said: upTo(typeName, said) } };
  return { prefix, type, said, rooms: { prefix: upTo(typeName, said), type: upTo(type, said), said: ALWAYS } };
}
