"""What holds for every composed edit: one step back restores every byte, and the graph that runs stays the same."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies
from hypothesis.strategies import SearchStrategy

from graphs.checking.check import examine
from graphs.document.model import Document
from graphs.document.operations import Batch, apply, level_at
from graphs.document.reading import loads
from graphs.document.writing import dumps
from graphs.opening import Opened
from tests.graphs.running.test_keys import keys_of
from tests.graphs.toyshop import places, toys

some = strategies.lists(strategies.sampled_from(["a", "b", "c", "d_1", "noise"]), min_size=1, max_size=3)
levels: SearchStrategy[str] = strategies.sampled_from(["", "", "a", "b", "a/b"])


def after(document: Document, batch: Batch) -> Document:
    """The document after a batch, which can be saved, and taken back to the same bytes."""
    applied = apply(document, batch)
    text = dumps(applied.document)
    assert loads(text) == applied.document
    back = apply(applied.document, applied.inverse)
    assert dumps(back.document) == dumps(document)
    assert dumps(apply(back.document, back.inverse).document) == text
    return applied.document


def keys(document: Document) -> Counter[str]:
    """The keys of everything that runs, wherever it lies."""
    targets = examine(Opened(document, places()), toys()).targets
    return Counter(keys_of(document, only=targets).values())


def chosen(data: strategies.DataObject, document: Document, at: str = "") -> list[str]:
    """Some nodes of a level."""
    names = strategies.sampled_from(sorted(level_at(document, at).nodes))
    return data.draw(strategies.lists(names, min_size=1, max_size=4, unique=True))
