import { watch } from "vue";
import type { DocumentJson } from "../document/types";
import type { Editor } from "./editor";
import type { Shell } from "./shell";

const REST = 250;

/** Where a person wants it, run whenever something changes that a result may depend on: once they pause, the newest only. */
export function runOnChange(editor: Editor, shell: Shell): void {
  let timer = 0;
  let before = "";
  watch([editor.document, shell.runOnChange], ([document, wanted]) => {
    const now = wanted ? meaning(document) : "";
    if (now === before) return; // an edit of before was confirmed, or something only moved
    before = now;
    clearTimeout(timer);
    if (now) timer = window.setTimeout(() => editor.run([], { replace: true }), REST);
  });
}

/** All of a document but how it looks. */
const meaning = (document: DocumentJson): string =>
  JSON.stringify(document.nodes ?? {}, (key, value: unknown) => (key === "view" ? undefined : value));
