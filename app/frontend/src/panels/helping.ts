/** Help pages of node types; the server has cleaned their HTML. */

import { shallowRef, watch, type ShallowRef } from "vue";
import { useEditor, type Editor } from "../state/editor";
import { taken } from "../state/refusals";

/** The help page of a type as HTML. */
export async function helpPage(editor: Editor, type: string): Promise<string> {
  return (await taken(await editor.request(`/api/help/${encodeURIComponent(type)}`))).text();
}

/** The running text of a type's help, without formulas that stand alone; empty until it is there. */
export function useHelp(type: () => string): ShallowRef<string> {
  const editor = useEditor();
  const text = shallowRef("");
  watch(
    type,
    async (wanted) => {
      text.value = "";
      if (!wanted) return;
      const page = await helpPage(editor, wanted).catch(() => "");
      if (type() === wanted) text.value = plainText(page);
    },
    { immediate: true },
  );
  return text;
}

const parsed = (page: string): Document => new DOMParser().parseFromString(page, "text/html");

function plainText(page: string): string {
  const paragraphs = [...parsed(page).querySelectorAll("p, li")].filter((element) => !element.closest("table, pre"));
  return paragraphs.map((element) => (element.textContent ?? "").replace(/\s+/g, " ").trim()).join("\n");
}

const GREEK: Record<string, string> = { sigma: "σ", eta: "η", rho: "ρ", zeta: "ζ", alpha: "α", beta: "β", gamma: "γ", lambda: "λ", tau: "τ" };
const MOST = 2;
const CITATION = /\s*\([^()]*\d{4}[^()]*\)/g;

/** What a help text says of a parameter: the sentences that name it, formulas aside. */
export function sentencesOn(text: string, name: string): string {
  const [first = "", ...rest] = name.split("_");
  const greek = GREEK[first] ? `|${GREEK[first]}_?${rest.join("_")}` : "";
  const word = new RegExp(`(^|[^\\w.])(${name}${greek})($|[^\\w])`);
  const sentences = text.split("\n").flatMap((paragraph) => paragraph.replace(CITATION, "").split(/(?<=\.)\s+(?=[A-Z])/));
  const found = sentences.map((sentence) => sentence.trim()).filter((sentence) => word.test(sentence) && !/ = /.test(sentence));
  return found.slice(0, MOST).join(" ");
}

const IDENTIFIER = /\b[a-z_]+(?:\.[a-z0-9_]+)+\b/g;

/** The page with each type that it names as a link, `<a data-type>`. */
export function withLinks(page: string, known: (type: string) => boolean): string {
  const { body } = parsed(page);
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) if (walker.currentNode instanceof Text) texts.push(walker.currentNode);
  for (const text of texts) {
    if (text.parentElement?.closest("a")) continue;
    const pieces: (string | Node)[] = [];
    let end = 0;
    for (const match of text.data.matchAll(IDENTIFIER)) {
      if (!known(match[0])) continue;
      const link = document.createElement("a");
      link.href = "#";
      link.dataset["type"] = match[0];
      link.textContent = match[0];
      pieces.push(text.data.slice(end, match.index), link);
      end = match.index + match[0].length;
    }
    if (pieces.length) text.replaceWith(...pieces, text.data.slice(end));
  }
  return body.innerHTML;
}
