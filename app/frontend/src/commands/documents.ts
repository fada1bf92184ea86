import { createRequests } from "../state/library";
import { wordsOf } from "../state/refusals";
import type { Desk } from "./desk";
import type { Command } from "./registry";

/** What `shell.renaming` is while the document's own name is being edited; no node can have that name. */
export const DOCUMENT = ":document";

/** The document as a whole: its name, a copy of it, the trash. */
export function documentCommands({ editor, shell }: Desk): Command[] {
  const request = createRequests(editor.token);
  const place = `/api/documents/${editor.id}`;
  const open = (): boolean => editor.connection.value === "open" && editor.saved.value;

  async function attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      editor.notify({ level: "error", text: wordsOf(error) });
    }
  }
  return [
    { id: "rename-document", label: "Rename the document", keys: ["Shift+F2"], group: "help", icon: "pen", run: () => (shell.renaming.value = DOCUMENT) },
    {
      id: "duplicate-document",
      label: "Duplicate the document",
      about: "And go on with the copy",
      keys: [],
      group: "help",
      icon: "duplicate",
      possible: open,
      run: () =>
        void attempt(async () => {
          const { id } = await request<{ id: string }>(`${place}/duplicate`, { method: "POST" });
          window.location.assign(`/d/${id}`);
        }),
    },
    {
      id: "delete-document",
      label: "Put the document into the trash",
      about: "It can be had again, with its history",
      keys: [],
      group: "help",
      icon: "trash",
      possible: open,
      run: () => void attempt(() => request(place, { method: "DELETE" })),
    },
  ];
}
