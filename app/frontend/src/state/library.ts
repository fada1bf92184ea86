/** Documents and examples, as the start page lists them. */

export interface Listed {
  id: string;
  name: string;
  path: string;
  changed: string;
  thumbnail?: string;
}

export interface Example {
  name: string;
  title: string;
  about: string;
  nodes: number;
}

export interface Deleted {
  id: string;
  name: string;
  changed: string;
}

export interface Documents {
  recent: Listed[];
  examples: Example[];
  deleted: Deleted[];
}

/** What the server refused, in its own words. */
export class RefusedRequest extends Error {}

/** Requests of one page: changes carry the token that proves that they come from it. */
export function createRequests(token: string): <T>(address: string, options?: RequestInit) => Promise<T> {
  return async <T>(address: string, options: RequestInit = {}): Promise<T> => {
    const headers = { "X-Noiseloom-Token": token, ...options.headers };
    const answer = await fetch(address, { ...options, headers });
    const text = await answer.text();
    const found: unknown = text ? JSON.parse(text) : null;
    if (!answer.ok) throw new RefusedRequest(messageOf(found) ?? `the server answered ${answer.status}`);
    return found as T;
  };
}

function messageOf(found: unknown): string | null {
  if (typeof found !== "object" || found === null) return null;
  const { message, detail } = found as { message?: unknown; detail?: unknown };
  return typeof message === "string" ? message : detail ? JSON.stringify(detail) : null;
}

/** The body of a request that sends JSON. */
export const sent = (value: unknown, method = "POST"): RequestInit => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
