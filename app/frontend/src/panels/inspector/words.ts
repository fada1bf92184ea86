/** What the inspector says of faults, plans and parameters. */

import type { Fault, ParameterJson, Plan, PlanState, Span } from "../../state/protocol";
import { rounded } from "../../state/figures";
import { allowed } from "../../widgets/numbers";
import { inShort } from "../../widgets/standard";

/** A fault in one sentence or two. */
export function faultText(fault: Fault): string {
  const parts = [
    sentence(fault.message),
    fault.given ? `Given: ${fault.given}.` : "",
    fault.allowed ? `Allowed: ${fault.allowed}.` : "",
    fault.mend ? sentence(fault.mend) : "",
  ];
  return parts.filter(Boolean).join(" ");
}

const sentence = (text: string): string => {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
};

/** The faults of a node, or of one of its ports. */
export const faultsOf = (plan: Plan | null, path: string, port?: string): Fault[] =>
  plan?.faults.filter((fault) => fault.node === path && (port === undefined || fault.port === port)) ?? [];

/** A number of model rows. */
export function spanText(span: Span | undefined): string {
  if (span === null || span === undefined) return "";
  if (typeof span === "number") return rounded(span);
  const [low, high] = span;
  return high === null ? `${rounded(low)} or more` : `${rounded(low)} – ${rounded(high)}`;
}

/** What the plan says of a node, in a word. */
export const PLANNED: Record<PlanState["state"], string> = { cached: "Cached", run: "Will run", depends: "Depends" };

/** What values a parameter takes, and what it is without one. */
export const parameterParts = (parameter: ParameterJson): { takes: string; standard: string } => ({
  takes: range(parameter),
  standard: inShort(parameter.default),
});

/** The same in one line, and how else the parameter is called. */
export function parameterNote(parameter: ParameterJson): string {
  const { takes, standard } = parameterParts(parameter);
  const also = parameter.also?.length ? `also ${parameter.also.join(", ")}` : "";
  return [takes, `default ${standard}`, also].filter(Boolean).join(" · ");
}

function range(parameter: ParameterJson): string {
  const { kind } = parameter;
  const none = parameter.optional ? ", or none" : "";
  switch (kind.kind) {
    case "number":
      return allowed(kind) + (kind.unit ? ` ${kind.unit}` : "") + none;
    case "curve":
      return `${allowed(kind)}, or a curve over the noise level${none}`;
    case "numbers":
      return `a list${kind.shortest ? ` of at least ${kind.shortest}` : ""}, each ${allowed(kind.item ?? {})}${none}`;
    case "seed":
      return `a whole number up to 2⁵³ − 1${none}`;
    case "choice":
      return `one of ${kind.options.join(", ")}${none}`;
    case "switch":
      return `on or off${none}`;
    case "file":
      return `${kind.suffixes?.join(" or ") || "a"} file${kind.folder ? ", a folder or a model of the hub" : ""}${none}`;
    case "colour":
      return `#rrggbb${none}`;
    case "text":
      return kind.prompt ? `text, a prompt a line${none}` : `text${none}`;
    default:
      return "";
  }
}
