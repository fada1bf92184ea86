"""Names that are free at a level."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable

from graphs.document.model import Level, Subgraph
from graphs.naming import is_identifier, parse_reference

FALLBACK = "node"
"""What a node is called whose type gives no name."""


def fresh_name(level: Level, wanted: str, taken: Collection[str] = ()) -> str:
    """A free id after a name or a type: `heun`, `heun_2`, …; `taken` are given away already.

    A name that only a dangling wire or the view says is not free: whoever got it would be wired to something unseen.
    """
    return numbered(_plain(wanted.rpartition(".")[2]), {*named_at(level), *taken})


def numbered(wanted: str, taken: Collection[str]) -> str:
    """The name itself, or else with the first number from 2 on that makes it free."""
    if wanted not in taken:
        return wanted
    stem = re.sub(r"_\d+$", "", wanted)
    return next(name for number in itertools.count(2) if (name := f"{stem}_{number}") not in taken)


def first_free(wanted: Iterable[str], taken: Collection[str]) -> str:
    """The first of these names that is free, or else the last with a number."""
    names = list(wanted)
    return next((name for name in names if name not in taken), None) or numbered(names[-1], taken)


def named_at(level: Level) -> set[str]:
    """Every node id that a level has or says: nodes, wires, interface, canvas."""
    texts = [text for node in level.nodes.values() for _, text in node.wires()]
    if isinstance(level, Subgraph):
        texts += [*level.outputs.values(), *(target for targets in level.inputs.values() for target in targets)]
    said = {reference.node for reference in map(parse_reference, texts) if reference is not None}
    placed = level.view.nodes if level.view is not None else {}
    return {*level.nodes, *said, *placed}


def _plain(wanted: str) -> str:
    """An identifier that is nearest to a name."""
    plain = re.sub(r"[^a-z0-9_]+", "_", wanted.casefold()).strip("_")
    return plain if is_identifier(plain) else f"{FALLBACK}_{plain}" if plain else FALLBACK
