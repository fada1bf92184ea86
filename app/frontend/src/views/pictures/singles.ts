import type { View, ViewItem } from "../../state/protocol";

/** The pictures of a view one by one, without the sheet of all of them. */
export function singles(view: View): ViewItem[] {
  const items = view.items ?? [];
  return items.length > 1 && items[0]?.label === "sheet" ? items.slice(1) : items;
}
