/** The little of Markdown that notes need, as elements and never as HTML: paragraphs, lists, bold, italic, code, links. */

import { h, type VNode } from "vue";

const INLINE = /(`[^`]+`)|(\*\*[^*]+\*\*)|(\*[^*]+\*)|(\[[^\]]+\]\((?:https?:\/\/|mailto:)[^)\s]+\))|(https?:\/\/[^\s<>)]+)/g;

function inline(text: string): (VNode | string)[] {
  const found: (VNode | string)[] = [];
  let last = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > last) found.push(text.slice(last, match.index));
    found.push(marked(match[0]));
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push(text.slice(last));
  return found;
}

function marked(text: string): VNode {
  if (text.startsWith("`")) return h("code", text.slice(1, -1));
  if (text.startsWith("**")) return h("strong", text.slice(2, -2));
  if (text.startsWith("*")) return h("em", text.slice(1, -1));
  const [, label = text, address = text] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(text) ?? [];
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}

/** The blocks of a text, separated by empty lines. */
export function markdown(text: string): VNode[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((block) => {
      const lines = block.split("\n");
      const heading = /^(#{1,3})\s+(.*)$/.exec(lines[0] ?? "");
      if (heading) {
        const rest = lines.slice(1).join("\n");
        return [h("strong", { class: "nl-note-heading" }, heading[2]), ...(rest ? markdown(rest) : [])];
      }
      if (lines.every((line) => /^[-*]\s+/.test(line))) return [h("ul", lines.map((line) => h("li", inline(line.replace(/^[-*]\s+/, "")))))];
      return [h("p", lines.flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line))))];
    });
}
