/** Tables as text. */

export type Entry = number | string | null;

/** As RFC 4180 has it. */
export const csvOf = (columns: readonly string[], rows: readonly (readonly Entry[])[]): string =>
  [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";

/** As a spreadsheet takes it from the clipboard. */
export const tsvOf = (columns: readonly string[], rows: readonly (readonly Entry[])[]): string =>
  [columns, ...rows].map((row) => row.map((entry) => String(entry ?? "").replace(/[\t\r\n]+/g, " ")).join("\t")).join("\n");

function quoted(entry: Entry): string {
  const text = String(entry ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
