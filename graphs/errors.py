"""The errors that Noiseloom raises on purpose; a door shows their text and nothing else."""

from __future__ import annotations

import traceback
from pathlib import Path


class NoiseloomError(Exception):
    """Base of every error of ours."""


class InputError(NoiseloomError):
    """Something a person gave cannot be used: a graph, an argument, a file.

    `message` says what is wrong, `where` at which place (a node, a port, a path), `given` what was found,
    `allowed` what would be accepted and `mend` what to do.
    """

    def __init__(self, message: str, *, where: str = "", given: str = "", allowed: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.message, self.where, self.given, self.allowed, self.mend = message, where, given, allowed, mend

    def __str__(self) -> str:
        return describe(self.message, where=self.where, given=self.given, allowed=self.allowed, mend=self.mend)


class DeclarationError(NoiseloomError):
    """A node or port type is declared in a way that cannot work; the text names the function and the cure."""


def describe(message: str, *, where: str = "", given: str = "", allowed: str = "", mend: str = "") -> str:
    """The parts of an error as a few lines of text, the empty ones left out."""
    lines = [f"{where}: {message}" if where else message]
    lines += [f"  {label}: {text}" for label, text in (("given", given), ("allowed", allowed), ("mend", mend)) if text]
    return "\n".join(lines)


def place_of(error: BaseException, folder: Path | None = None) -> str:
    """` (file.py, line 3)`: where an error arose, the last place within `folder` if one is given; else nothing."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if folder is None or Path(frame.filename).is_relative_to(folder)]
    return f" ({Path(inside[-1].filename).name}, line {inside[-1].lineno})" if inside else ""
