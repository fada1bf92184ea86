/** The text of a field while it is typed: read when the field is left or Enter is pressed, taken back by Escape. */

import { ref, type Ref } from "vue";
import type { Json } from "../document/types";
import { keepKey } from "./field";

/** What was typed, or why it cannot be. */
export type Reading = { value: Json } | { problem: string };

export interface Draft {
  /** What is being typed; null while the value is shown. */
  draft: Ref<string | null>;
  /** Why what was typed cannot be the value. */
  problem: Ref<string>;
  finish(): void;
  key(event: KeyboardEvent): void;
  type(event: Event): void;
}

/** A draft of a field, read by `read` and given to `commit`. */
export function useDraft(read: (text: string) => Reading, commit: (value: Json) => void): Draft {
  const draft = ref<string | null>(null);
  const problem = ref("");

  function finish(): void {
    if (draft.value === null) return;
    const found = read(draft.value);
    if ("problem" in found) {
      problem.value = found.problem;
      return;
    }
    draft.value = null;
    commit(found.value);
  }

  function key(event: KeyboardEvent): void {
    keepKey(event);
    if (event.key === "Enter") finish();
    if (event.key === "Escape") {
      draft.value = null;
      problem.value = "";
    }
  }

  function type(event: Event): void {
    draft.value = (event.target as HTMLInputElement).value;
    problem.value = "";
  }

  return { draft, problem, finish, key, type };
}
