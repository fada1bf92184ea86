/** The order in which candidates are listed, under headings where nothing is searched for. */

import { kindOf, kindOrder } from "../kinds";
import type { Candidate } from "./candidates";
import { score } from "./matching";

export interface Section {
  title: string;
  entries: Candidate[];
}

/** Candidates by how well they fit the query; without one, the recent ones and then by kind. */
export function ranked(candidates: readonly Candidate[], query: string, recent: readonly string[]): Section[] {
  const sections = query.trim() ? searched(candidates, query, recent) : listed(candidates, recent);
  return sections.filter((section) => section.entries.length);
}

function searched(candidates: readonly Candidate[], query: string, recent: readonly string[]): Section[] {
  const scored = candidates
    .map((entry) => ({ entry, score: score(entry.type, query) }))
    .filter((found) => found.score > 0)
    .map(({ entry, score: points }) => ({ entry, score: points * (entry.via ? 0.6 : 1) + (recent.includes(entry.type.id) ? 0.6 : 0) }));
  scored.sort((one, other) => other.score - one.score || one.entry.type.id.length - other.entry.type.id.length);
  return [{ title: "", entries: scored.map(({ entry }) => entry) }];
}

function listed(candidates: readonly Candidate[], recent: readonly string[]): Section[] {
  const direct = candidates.filter((entry) => !entry.via);
  const before = recent.flatMap((id) => direct.find((entry) => entry.type.id === id) ?? []).slice(0, 5);
  const kinds = [...new Set(direct.map((entry) => entry.type.kind))].sort((one, other) => kindOrder(one) - kindOrder(other));
  return [
    { title: "Recent", entries: before },
    ...kinds.map((kind) => ({ title: kindOf(kind).title, entries: direct.filter((entry) => entry.type.kind === kind && !before.includes(entry)) })),
    { title: "Through a conversion", entries: candidates.filter((entry) => entry.via) },
  ];
}
