"""The errors that Noiseloom raises on purpose; a door shows their text and nothing else."""

from __future__ import annotations


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
