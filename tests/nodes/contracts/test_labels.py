"""What values and parameters are called on a sheet."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as draw
from pydantic import JsonValue

from graphs.media import Axis
from nodes.contracts.labels import LONGEST_VALUE, axis_labels, legible, short_names, short_value, value_labels

scalars = draw.none() | draw.booleans() | draw.integers() | draw.floats(allow_nan=False) | draw.text()


@pytest.mark.parametrize(
    ("value", "label"),
    [
        (2.5, "2.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "1e-07"),
        (2.0, "2"),
        (1_000_000, "1000000"),
        (2**53 - 1, "9007199254740991"),
        (10**400, "1.00000e+400"),
        (None, "none"),
        (True, "true"),
        ("inf", "inf"),
        ("zero\none\ntwo", "zero…"),
        ("\n one \n", "one"),
        ("a red fox jumping over a lazy dog", "a red fox jumping over…"),
        ("", '""'),
        ("café", "cafe"),
        ("漢字", "??"),
        ({"curve": [[0.1, 1], [80, 7.5]]}, "curve 1…7.5"),
        ({"file": "/some/folder/digits.safetensors"}, "digits.safetensors"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_a_value_is_written_short(value: JsonValue, label: str) -> None:
    assert short_value(value) == label


def test_short_names_are_the_last_part_and_whole_paths_only_where_two_clash() -> None:
    names = short_names(["cfg.guidance_scale", "one.seed", "sub/two.seed"])
    assert list(names.values()) == ["guidance_scale", "one.seed", "sub/two.seed"]
    assert short_names(["n.value"], taken=["value"]) == {"n.value": "n.value"}


def test_parameters_in_step_have_a_part_each() -> None:
    both = Axis("both", (("cfg.guidance_scale", (1.0, 2.5)), ("noise.seed", (3, 4))))
    labels = axis_labels(both, short_names(path for path, _ in both.parameters))
    assert labels == [("guidance_scale 1", "seed 3"), ("guidance_scale 2.5", "seed 4")]


def test_numbers_that_would_read_alike_are_written_exactly() -> None:
    assert value_labels([0.1, 0.1000000001]) == ["0.1", "0.1000000001"]


def test_texts_that_would_read_alike_are_numbered() -> None:
    assert value_labels(["漢", "字", "漢", "x"]) == ["? #1", "? #2", "? #1", "x #4"]


@given(draw.lists(scalars | draw.text("ab#12 漢", min_size=20), min_size=1, max_size=6))
def test_labels_differ_where_values_differ_and_are_short_and_legible(values: list[JsonValue]) -> None:
    labels = value_labels(values)
    for first, one in zip(values, labels, strict=True):
        for second, other in zip(values, labels, strict=True):
            same = json.dumps(first) == json.dumps(second)
            assert (one == other) or not same
            assert (one != other) or first == second
    assert all(len(label) <= LONGEST_VALUE + len(" #6") for label in labels)
    assert all(letter == "…" or letter in map(chr, range(32, 127)) for label in labels for letter in label)


@given(draw.text())
def test_legible_text_is_printable_and_stays_as_it_is(text: str) -> None:
    assert legible(legible(text)) == legible(text)
    assert legible(text).isascii()
    assert legible(text).isprintable()
