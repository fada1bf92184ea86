/** The node types that were added last, kept in this browser. */

const KEY = "noiseloom-recent-types";
const MOST = 8;

export function recentTypes(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((id): id is string => typeof id === "string") : [];
  } catch {
    return [];
  }
}

export function rememberType(id: string): void {
  const kept = [id, ...recentTypes().filter((other) => other !== id)].slice(0, MOST);
  localStorage.setItem(KEY, JSON.stringify(kept));
}
