/** What a card says of the last run, or of the next. */

import type { NodeNews, PlanState, Span } from "../state/protocol";

export interface Status {
  tone: "idle" | "waiting" | "running" | "done" | "cached" | "failed" | "skipped" | "run" | "depends";
  text: string;
  title: string;
  /** From 0 to 1 while it runs; null where that is not known. */
  progress: number | null;
  /** Whether it tells so little that the node's type is worth more room. */
  minor?: boolean;
}

export function seconds(value: number): string {
  if (value < 0.0995) return `${Math.round(value * 1000)} ms`;
  if (value < 99.5) return `${value.toPrecision(2)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

export function spanText(nfe: Span | undefined): string {
  if (nfe === null || nfe === undefined) return "";
  if (typeof nfe === "number") return nfe ? `${nfe} NFE` : "";
  const [low, high] = nfe;
  return high === null ? `≥ ${low} NFE` : `${low}–${high} NFE`;
}

/** Seconds that nobody minds. */
const MINOR = 0.5;

export function statusOf(news: NodeNews, plan: PlanState | undefined): Status {
  const cost = [news.nfe ? `${news.nfe} NFE` : "", news.besides].filter(Boolean).map((part) => ` · ${part}`).join("");
  const took = news.seconds === undefined ? "" : seconds(news.seconds);
  switch (news.state) {
    case "running":
      return running(news);
    case "waiting":
      return { tone: "waiting", text: "waiting", title: "Waits for its turn", progress: null };
    case "failed":
      return { tone: "failed", text: "failed", title: news.error?.message ?? "It failed", progress: null };
    case "skipped":
    case "cancelled":
      return { tone: "skipped", text: news.state, title: news.because ?? `It was ${news.state}`, progress: null };
    default:
  }
  if (plan?.state === "run") {
    const text = spanText(plan.nfe);
    return { tone: "run", text, title: `Will run${plan.reason ? `: ${plan.reason}` : ""}${text ? ` · ${text}` : ""}`, progress: null };
  }
  if (plan?.state === "depends")
    return { tone: "depends", text: spanText(plan.nfe), title: `May run${plan.reason ? `: ${plan.reason}` : ""}`, progress: null };
  if (news.state === "done" || news.state === "built")
    return { tone: "done", text: news.state === "built" && !took ? "" : took + cost, title: `Done${took ? ` in ${took}` : ""}${cost}`, progress: null, minor: !cost && (news.seconds ?? 0) < MINOR };
  if (news.state === "cached" || plan?.state === "cached")
    return { tone: "cached", text: "", title: "Nothing it depends on has changed: its result is kept", progress: null };
  return { tone: "idle", text: "", title: "", progress: null };
}

function running(news: NodeNews): Status {
  const { step, total, cells } = news;
  const known = typeof total === "number" && total > 0;
  const parts = known ? [`${step ?? 0}/${total}`] : [];
  if (cells) parts.push(`cell ${Math.min(cells.done + 1, cells.count)}/${cells.count}`);
  if (typeof news.left === "number") parts.push(`${seconds(news.left)} left`);
  return {
    tone: "running",
    text: parts.join(" · ") || "running",
    title: "Runs now",
    progress: known ? Math.min((step ?? 0) / total, 1) : cells ? cells.done / cells.count : null,
  };
}
