"""Models that a graph names by their id on the Hugging Face hub: looked for in the local cache, and nowhere else.

The cache holds a folder for each model, `models--OWNER--NAME`: in `refs` what commit a branch or tag stood at, in
`snapshots` a folder for each commit, whose files are links into `blobs`. Nothing here opens a connection.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from graphs.model_folders import hub_cache

PREFIX = "hub:"
ALLOWED = '"hub:OWNER/NAME" or "hub:OWNER/NAME@REVISION"'
NEWEST = "main"
"""The revision that is meant where none is named."""

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}"
_IDENTIFIER = re.compile(rf"(?P<name>{_PART}(?:/{_PART})?)(?:@(?P<revision>{_PART}(?:/{_PART})*))?", re.ASCII)
_COMMIT = re.compile("[0-9a-f]{40}")
_LONGEST_REFERENCE = 100


@dataclass(frozen=True)
class HubModel:
    """A model of the hub, and perhaps a branch, a tag or a commit of it."""

    name: str
    revision: str = ""

    def __str__(self) -> str:
        return self.name + (f"@{self.revision}" if self.revision else "")

    @property
    def folder(self) -> Path:
        """Where the cache keeps it, whether or not it does."""
        return hub_cache() / ("models--" + self.name.replace("/", "--"))

    @property
    def remedy(self) -> str:
        """How a person gets it."""
        revision = f" --revision {self.revision}" if self.revision else ""
        return f"`hf download {self.name}{revision}` or `noiseloom models fetch {self}` downloads it; a run never does"


def read_hub_model(text: str) -> HubModel | None:
    """The model that `OWNER/NAME` or `OWNER/NAME@REVISION` names, with or without `hub:` before it."""
    found = _IDENTIFIER.fullmatch(text.removeprefix(PREFIX))
    if found is None or ".." in found[0] or "--" in found["name"]:
        return None
    return HubModel(found["name"], found["revision"] or "")


def snapshot(model: HubModel) -> Path | None:
    """The folder of that revision in the cache, links followed; None where it is not there."""
    commit = _commit(model)
    try:
        found = (model.folder / "snapshots" / commit).resolve() if commit else None
        inside = found is not None and found.is_relative_to(model.folder.resolve()) and found.is_dir()
    except (OSError, RuntimeError):  # a loop of links, a folder that may not be looked into
        return None
    return found if inside else None


def revisions(name: str) -> dict[str, str]:
    """The commits of which the cache holds a snapshot, each with what to call it: a branch or tag, or its own name."""
    folder = HubModel(name).folder
    called: dict[str, str] = {}
    for path in sorted(_below(folder / "refs")):
        reference = path.relative_to(folder / "refs").as_posix()
        commit = _commit(HubModel(name, reference))
        if commit and (reference == NEWEST or commit not in called):
            called[commit] = reference
    commits = sorted(path.name for path in _children(folder / "snapshots") if _COMMIT.fullmatch(path.name))
    return {commit: called.get(commit, commit) for commit in commits}


def own_folder(path: Path) -> Path | None:
    """The cache's folder of the model that a resolved path belongs to; None for a path elsewhere."""
    cache = hub_cache().resolve()
    return cache / path.relative_to(cache).parts[0] if path != cache and path.is_relative_to(cache) else None


def _commit(model: HubModel) -> str:
    """The commit that a revision stands for, or nothing."""
    revision = model.revision or NEWEST
    if _COMMIT.fullmatch(revision):
        return revision
    try:
        with (model.folder / "refs" / revision).open(encoding="ascii") as file:
            commit = file.read(_LONGEST_REFERENCE).strip()
    except (OSError, ValueError):
        return ""
    return commit if _COMMIT.fullmatch(commit) else ""


def _children(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _below(folder: Path) -> list[Path]:
    return [Path(place) / name for place, _, names in os.walk(folder) for name in names]
