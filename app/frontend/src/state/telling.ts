import { watch } from "vue";
import type { Editor } from "./editor";
import { createRequests } from "./library";
import { wordsOf } from "./refusals";

const PATIENCE = 1500;
const LOST = "The editor does not answer. What you change is kept here and sent when it is back.";

const KEY = "noiseloom-lost";
/** How long after the line is back a page may still be loaded anew because the server is another. */
const SETTLED = 6000;

/** Say what becomes of the connection: that it is lost, once that is more than a moment, and that it is back. */
export function tellOfConnection(editor: Editor): () => void {
  let timer = 0;
  let told = 0;
  // NiceGUI loads the page anew where its server has been started again: what was told before counts here, too.
  let lost = sessionStorage.getItem(KEY) !== null;
  function lose(): void {
    told = editor.notify({ level: "warning", text: LOST, lasting: true });
    lost = true;
    sessionStorage.setItem(KEY, "yes");
  }
  function tellOfReturn(): void {
    if (!lost) return;
    lost = false;
    settling = window.setTimeout(() => sessionStorage.removeItem(KEY), SETTLED);
    editor.notify({ level: "info", text: editor.saved.value ? "Connected again." : "Connected again; your edits are on their way." });
  }
  let settling = 0;
  function hush(): void {
    clearTimeout(timer);
    if (told) editor.dismiss(told);
    told = 0;
  }
  async function bringBack(): Promise<void> {
    try {
      await createRequests(editor.token)(`/api/documents/${editor.id}/undelete`, { method: "POST" });
      window.location.reload();
    } catch (error) {
      editor.notify({ level: "error", text: wordsOf(error) });
    }
  }
  watch(editor.connection, (now, before) => {
    if (now === "lost") {
      if (before !== "lost") timer = window.setTimeout(lose, PATIENCE);
      clearTimeout(settling);
      return;
    }
    hush();
    if (now === "open") tellOfReturn();
    if (now === "refused")
      editor.notify({ level: "error", text: "This page is signed out. Open the link that noiseloom edit prints.", lasting: true });
    if (now === "gone")
      editor.notify({ level: "warning", text: "This graph is in the trash.", lasting: true, action: { label: "Bring it back", run: () => void bringBack() } });
  });
  return hush;
}
