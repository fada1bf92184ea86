"""What each part of a prompt counts."""

from __future__ import annotations

import pytest

from nodes.pretrained.weighting import pieces


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("", [("", 1)]),
        ("a cat", [("a cat", 1)]),
        ("a (cat)", [("a ", 1), ("cat", 1.1)]),
        ("a ((cat))", [("a ", 1), ("cat", 1.21)]),
        ("a (cat:1.5) on a mat", [("a ", 1), ("cat", 1.5), (" on a mat", 1)]),
        ("a [cat]", [("a ", 1), ("cat", 1 / 1.1)]),
        ("((a:2) cat:0.5)", [("a", 1.0), (" cat", 0.5)]),
        (r"a \(cat\)", [("a (cat)", 1)]),
        ("ratio 3:1, time 12:30", [("ratio 3:1, time 12:30", 1)]),
        ("a (cat", [("a ", 1), ("cat", 1.1)]),
        ("a cat)", [("a cat)", 1)]),
        ("(cat:-1)", [("cat", -1)]),
    ],
)
def test_brackets_say_what_a_part_counts(prompt: str, expected: list[tuple[str, float]]) -> None:
    found = pieces(prompt)
    assert [piece.text for piece in found] == [text for text, _ in expected]
    assert [piece.weight for piece in found] == pytest.approx([weight for _, weight in expected])
