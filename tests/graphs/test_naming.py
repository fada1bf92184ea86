"""Names that a person can type, and the nearest of them."""

from __future__ import annotations

import pytest

from graphs.naming import Reference, is_identifier, listing, nearest, parse_reference, suggestion


@pytest.mark.parametrize("text", ["a", "a1", "a_b", "z" * 1000, "a__"])
def test_these_are_names(text: str) -> None:
    assert is_identifier(text)


@pytest.mark.parametrize("text", ["", "A", "1a", "_a", "a-b", "a b", "ä", "a\n", "a.b", "a/b", "a٣"])
def test_these_are_no_names(text: str) -> None:
    assert not is_identifier(text)


@pytest.mark.parametrize(
    ("text", "reference"), [("a", Reference("a")), ("a.b", Reference("a", "b")), ("n1.out", Reference("n1", "out"))]
)
def test_a_reference_is_read_and_spelt_again(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert str(reference) == text


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a.b.c", "a/b", "A.b", "a.B", "a b", "a.b "])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert parse_reference(text) is None


def test_the_nearest_name_is_found_whatever_the_capitals() -> None:
    assert nearest("Gaussain", ["karras", "gaussian", "heun"]) == "gaussian"
    assert nearest("HEUN", ["Heun", "heun"]) == "Heun"
    assert nearest("xyz", ["karras", "heun"]) is None
    assert nearest("", []) is None


def test_a_suggestion_is_a_question_or_nothing() -> None:
    assert suggestion("hoin", ["heun", "join"]) == "did you mean 'join'?"
    assert suggestion("xyz", ["heun"]) == ""


def test_a_long_list_is_cut_and_counted() -> None:
    assert listing("abc") == "a, b, c"
    assert listing("abcde", most=3) == "a, b, c and 2 more"
    assert listing([]) == "none"
