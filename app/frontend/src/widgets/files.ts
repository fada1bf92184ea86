/** Files that a graph may read: what the server lists, and uploads. */

import type { Json } from "../document/types";
import type { Editor } from "../state/editor";
import { taken } from "../state/refusals";

export interface FileEntry {
  /** What stands in the document. */
  value: Json;
  name: string;
  /** Where it is: "workspace", "models" or "assets". */
  from: string;
  bytes?: number;
  /** What a model is, as "SDXL checkpoint". */
  kind?: string;
}

interface Listed {
  files?: { path: string; name?: string; bytes?: number }[];
  models?: { name: string; value: Json; kind: string; bytes: number }[];
  assets?: (string | { name: string; bytes?: number })[];
}

/** The files of these suffixes in the workspace, among the models and among the assets; models that are folders, too. */
export async function listFiles(editor: Editor, suffixes: readonly string[], folder = false): Promise<FileEntry[]> {
  const query = `suffixes=${encodeURIComponent(suffixes.join(","))}${folder ? "&folder=true" : ""}`;
  const answer = await taken(await editor.request(`/api/files?${query}`));
  const { files = [], models = [], assets = [] } = (await answer.json()) as Listed;
  return [
    ...files.map((file): FileEntry => ({
      value: { file: file.path },
      name: file.name ?? file.path,
      from: "workspace",
      ...(file.bytes === undefined ? {} : { bytes: file.bytes }),
    })),
    ...models.map((model): FileEntry => ({ ...model, from: "models" })),
    ...assets.map((asset): FileEntry => {
      const name = typeof asset === "string" ? asset : asset.name;
      return { value: `asset:${name.replace(/^asset:/, "")}`, name: name.replace(/^asset:/, ""), from: "assets" };
    }),
  ];
}

/** Put a file into the workspace; gives what stands in the document for it. */
export async function uploadFile(editor: Editor, file: File): Promise<Json> {
  const answer = await editor.request(`/api/files?name=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
  const found = (await (await taken(answer)).json()) as { path: string };
  return { file: found.path };
}

/** What a value of a file parameter is called. */
export function fileName(value: Json): string {
  if (typeof value === "string") return value.replace(/^(asset|hub):/, "").split("/").at(-1) ?? value;
  if (value && typeof value === "object" && !Array.isArray(value) && typeof value["file"] === "string")
    return value["file"].split("/").at(-1) ?? value["file"];
  return "none";
}

/** Where a value of a file parameter points, in full. */
export function filePlace(value: Json): string {
  if (typeof value === "string") return value;
  if (value && typeof value === "object" && !Array.isArray(value) && typeof value["file"] === "string") return value["file"];
  return "no file";
}
