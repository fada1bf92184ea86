/** Documents and examples, as the start page lists them. */

import { taken } from "./refusals";

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

/** Requests of one page: changes carry the token that proves that they come from it. */
export function createRequests(token: string): <T>(address: string, options?: RequestInit) => Promise<T> {
  return async <T>(address: string, options: RequestInit = {}): Promise<T> => {
    const headers = { "X-Noiseloom-Token": token, ...options.headers };
    const text = await (await taken(await fetch(address, { ...options, headers }))).text();
    return (text ? JSON.parse(text) : null) as T;
  };
}

/** The body of a request that sends JSON. */
export const sent = (value: unknown, method = "POST"): RequestInit => ({
  method,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});
