"""The store in memory: by bytes, what was used last stays."""

from __future__ import annotations

import pytest

from graphs.store.memory import OVERHEAD, Recent
from tests.graphs.store.contents import content

EACH = content("a", 1_000)[1].size + OVERHEAD


def filled(names: str, limit: int, pinned: tuple[str, ...] = ()) -> tuple[Recent, dict[str, str]]:
    """A memory into which contents of 1,000 bytes were put, one after the other."""
    recent, digests = Recent(limit), {}
    for name in names:
        digest, parts = content(name, 1_000)
        digests[name] = digest
        recent.put(digest, parts, [digests[pin] for pin in pinned if pin in digests])
    return recent, digests


def left(recent: Recent, digests: dict[str, str]) -> str:
    """The names of what is still there."""
    return "".join(name for name, digest in digests.items() if digest in recent)


def test_what_was_put_first_goes_first() -> None:
    recent, digests = filled("abcde", 3 * EACH)
    assert left(recent, digests) == "cde"
    assert recent.bytes == 3 * EACH


def test_what_is_used_or_put_again_stays() -> None:
    recent, digests = filled("abc", 3 * EACH)
    assert recent.get(digests["a"]) == content("a", 1_000)[1]
    recent.put(*content("b", 1_000))
    recent.put(*content("d", 1_000))
    assert left(recent, digests) == "ab"
    assert recent.bytes == 3 * EACH


def test_what_is_pinned_stays_whatever_the_limit() -> None:
    recent, digests = filled("abcde", 2 * EACH, ("a", "b", "c"))
    assert left(recent, digests) == "abc"


def test_one_that_is_larger_than_all_does_not_stay() -> None:
    recent, digests = filled("a", EACH - 1)
    assert left(recent, digests) == ""
    assert recent.bytes == 0
    assert recent.get(digests["a"]) is None


@pytest.mark.parametrize("twice", [1, 2])
def test_bytes_are_given_back_once(twice: int) -> None:
    recent, digests = filled("ab", 9 * EACH)
    for _ in range(twice):
        recent.remove(digests["a"])
    assert recent.bytes == EACH


def test_many_small_ones_count_for_more_than_their_bytes() -> None:
    recent = Recent(OVERHEAD * 10)
    for number in range(100):
        recent.put(*content(str(number)))
    assert len(recent.parts) < 10
