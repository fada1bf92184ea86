/** Mending a fault with the node that it offers. */

import { contextOf, insertOnWire } from "../../commands/composing";
import { freeId, takenIds } from "../../commands/naming";
import { wireId } from "../../commands/wires";
import { levelAt } from "../../document/apply";
import { batch, type Operation } from "../../document/operations";
import type { Editor } from "../../state/editor";
import type { Fault } from "../../state/protocol";

/** Put a node of the offered type on the wire that does not fit. */
export function mendWith(editor: Editor, fault: Fault, type: string): void {
  const steps = (fault.node ?? "").split("/");
  const target = steps.pop() ?? "";
  const at = steps.join("/");
  const level = levelAt(editor.document.value, at);
  const record = editor.catalogue.nodes[type];
  const [input] = record?.inputs ?? [];
  const [output] = record?.outputs ?? [];
  if (!level || !record || !input || !output || !fault.port) return;
  const id = freeId(type, takenIds(level));
  const node = { type };
  const context = { ...contextOf(editor), at, level };
  const operations: Operation[] = [
    { do: "add", at, id, node },
    ...insertOnWire(context, wireId(target, fault.port, 0), { id, signature: record, input: input.name, output: output.name }),
  ];
  editor.edit(batch(operations), `insert ${type}`);
}
