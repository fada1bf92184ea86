"""A history as a person thinks of it: what one author did in one go is one version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from app.editor.documents.records import Heading, Version

PAUSE = 300.0
"""Seconds without an edit after which a new version begins."""

LONGEST = 1_800.0
"""Seconds that a version lasts at the most."""

MOST_LABELS = 3


def grouped(headings: Iterable[Heading], snapshots: Iterable[tuple[int, str, float]]) -> list[Version]:
    """The versions, the newest first; a snapshot that stands alone, as the first one, is a version without edits."""
    names = {revision: (name, at) for revision, name, at in snapshots}
    groups: list[list[Heading]] = []
    for heading in headings:
        if groups and _goes_on(groups[-1], heading, names):
            groups[-1].append(heading)
        else:
            groups.append([heading])
    edited = {heading.revision for group in groups for heading in group}
    alone = [
        Version(revision, _when(at), "", name or ("opened" if revision == 0 else "an earlier version"), 0, name)
        for revision, (name, at) in names.items()
        if revision not in edited
    ]
    made = [_version(group, names.get(group[-1].revision, ("", 0.0))[0]) for group in groups]
    return sorted([*alone, *made], key=lambda version: -version.revision)


def _goes_on(group: list[Heading], heading: Heading, names: dict[int, tuple[str, float]]) -> bool:
    last = group[-1]
    named = names.get(last.revision, ("", 0.0))[0]
    near = heading.at - last.at <= PAUSE and heading.at - group[0].at <= LONGEST
    return heading.author == last.author and near and not named


def _version(group: list[Heading], named: str) -> Version:
    last = group[-1]
    steps = {heading.step: heading.label for heading in group}  # of a gesture what it came to
    labels = list(dict.fromkeys(steps.values()))
    shown = ", ".join(labels[:MOST_LABELS])
    more = f" and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else ""
    return Version(last.revision, _when(last.at), last.author, shown + more, len(group), named)


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
