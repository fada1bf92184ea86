/** What the server says where it refuses a request, whoever of it does: one reader for all. */

/** The sentence in the body of a refusal; null where there is none. */
export function messageOf(found: unknown): string | null {
  if (typeof found !== "object" || found === null) return null;
  const { message, detail, error } = found as { message?: unknown; detail?: unknown; error?: unknown };
  if (typeof message === "string") return message;
  if (typeof detail === "string") return detail;
  return error ? messageOf(error) : detail ? JSON.stringify(detail) : null;
}

/** What was refused, in the server's own words. */
export class RefusedRequest extends Error {}

/** The answer, or its refusal thrown. */
export async function taken(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const found: unknown = await answer.json().catch(() => null);
  throw new RefusedRequest(messageOf(found) ?? `the server answered ${answer.status}`);
}

/** An error in words. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
