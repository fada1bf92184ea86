import { watch } from "vue";
import type { Editor } from "./editor";
import { createRequests } from "./library";

const PATIENCE = 1500;
const LOST = "The editor does not answer. What you change is kept here and sent when it is back.";

/** Say what becomes of the connection: that it is lost, once that is more than a moment, and that it is back. */
export function tellOfConnection(editor: Editor): () => void {
  let timer = 0;
  let told = 0;
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
      editor.notify({ level: "error", text: error instanceof Error ? error.message : String(error) });
    }
  }
  watch(editor.connection, (now, before) => {
    if (now === "lost") {
      if (before !== "lost") timer = window.setTimeout(() => (told = editor.notify({ level: "warning", text: LOST, lasting: true })), PATIENCE);
      return;
    }
    const waited = told !== 0;
    hush();
    if (now === "open" && waited) editor.notify({ level: "info", text: editor.saved.value ? "Connected again." : "Connected again; your edits are on their way." });
    if (now === "refused")
      editor.notify({ level: "error", text: "This page is signed out. Open the link that noiseloom edit prints.", lasting: true });
    if (now === "gone")
      editor.notify({ level: "warning", text: "This graph is in the trash.", lasting: true, action: { label: "Bring it back", run: () => void bringBack() } });
  });
  return hush;
}
