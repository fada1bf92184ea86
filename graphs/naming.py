"""Names that a person can type: identifiers, references to a node's output, and the nearest of the known names."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
"""What a node id, a port, a parameter and an axis look like."""

REFERENCE = re.compile(rf"({IDENTIFIER.pattern})(?:\.({IDENTIFIER.pattern}))?", re.ASCII)
"""What the reference to a node's output looks like."""

MOST_COMPARED = 300
"""Known names that an unknown one is compared with at the most; a graph of thousands may have thousands of faults."""

IDENTIFIER_RULE = "a small letter, then small letters, digits and underscores"


def is_identifier(text: str) -> bool:
    """Whether `text` can name a node or a port."""
    return IDENTIFIER.fullmatch(text) is not None


def are_identifiers(texts: Iterable[str]) -> bool:
    """Whether every one of `texts` can name a node or a port."""
    return all(map(IDENTIFIER.fullmatch, texts))


class Reference(NamedTuple):
    """An output of a node: `node`, or `node.port` where the node has several; None stands for its only one."""

    node: str
    port: str | None = None

    def __str__(self) -> str:
        return self.node if self.port is None else f"{self.node}.{self.port}"


def parse_reference(text: str) -> Reference | None:
    """The reference that `text` spells, or None where it spells none."""
    found = REFERENCE.fullmatch(text)
    return Reference(*found.groups()) if found else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` is most likely meant to be, or None where nothing is near."""
    names = list(itertools.islice(known, MOST_COMPARED))
    folded = {option.casefold(): option for option in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean 'x'?`, or nothing where nothing is near."""
    close = nearest(name, known)
    return f"did you mean '{close}'?" if close else ""


def listing(names: Collection[str], most: int = 12) -> str:
    """The names as a sentence's list, cut after `most`."""
    shown = ", ".join(itertools.islice(names, most))
    rest = len(names) - most
    return f"{shown} and {rest} more" if rest > 0 else shown or "none"
