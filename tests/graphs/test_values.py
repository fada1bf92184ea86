"""Data as parts: packed, unpacked, digested by content, described in a line."""

from __future__ import annotations

import itertools
import json
import math

import pytest
import torch
from hypothesis import given, strategies
from hypothesis.strategies import SearchStrategy
from pydantic import JsonValue

from graphs.declaration.values import data
from graphs.parts import digest
from graphs.values import Packed, PackingError, describe, pack, unpack
from tests.graphs.toys.values import Amount, Basket, Crumb, Machine


@data
class Anything:
    """Data that holds whatever it is given."""

    content: object


@data
class Boastful:
    """Data that fails to describe itself."""

    size: int

    def describe(self) -> str:
        """Always fails."""
        raise ZeroDivisionError(str(self.size))


@data
class Named:
    """Data that describes itself."""

    name: str

    def describe(self) -> str:
        """Its name."""
        return f"called {self.name}"


CLASSES: dict[str, type] = {cls.__name__: cls for cls in (Amount, Anything, Basket, Crumb)}

plain: SearchStrategy[object] = (
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False)
    | strategies.text()
)
contents: SearchStrategy[object] = strategies.recursive(
    plain,
    lambda inner: (
        strategies.lists(inner, max_size=3).map(tuple)
        | strategies.dictionaries(strategies.text(max_size=3), inner, max_size=3)
        | inner.map(Anything)
    ),
    max_leaves=6,
)


def spelt(value: object) -> str:
    """A value with the types of all that is in it."""
    if isinstance(value, Anything):
        return f"Anything({spelt(value.content)})"
    if isinstance(value, tuple):
        return f"({','.join(map(spelt, value))})"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key!r}:{spelt(value[key])}' for key in sorted(value))}}}"
    return f"{type(value).__name__} {value!r}"


@given(contents)
def test_what_is_packed_is_unpacked_again_with_every_type(value: object) -> None:
    assert spelt(unpack(pack(value), CLASSES.__getitem__)) == spelt(value)


@given(contents)
def test_parts_are_json(value: object) -> None:
    tree = pack(value).tree
    assert json.loads(json.dumps(tree)) == tree


@given(contents, contents)
def test_digests_are_equal_exactly_where_contents_are(first: object, second: object) -> None:
    assert (digest(first) == digest(second)) == (spelt(first) == spelt(second))
    assert digest(first) == digest(unpack(pack(first), CLASSES.__getitem__))


def numbers(*shape: int, kind: torch.dtype = torch.float32) -> torch.Tensor:
    """A tensor that counts."""
    return torch.arange(math.prod(shape)).reshape(shape).to(kind)


GRID = numbers(2, 3)
SAME: list[tuple[object, object]] = [
    (GRID, GRID.clone()),
    (GRID, GRID.t().contiguous().t()),
    (GRID, numbers(4, 6)[:2, :3] * 0 + GRID),
    (GRID, torch.nn.Parameter(GRID)),
    (numbers(3)[::2], torch.tensor([0.0, 2.0])),
    (numbers(2)[1::2], torch.tensor([1.0])),
    (torch.tensor(3.0).expand(4), torch.full((4,), 3.0)),
    (torch.tensor([1 + 2j]).conj(), torch.tensor([1 - 2j])),
    (torch.tensor([1 + 2j]).conj().imag, torch.tensor([-2.0])),
    (torch.zeros(0, 3)[:, 1:], torch.zeros(0, 2)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    (Anything({"a": (GRID,)}), Anything({"a": (GRID.clone(),)})),
]
"""Pairs of equal content that lie differently in memory."""

DIFFERENT: list[object] = [
    None,
    0,
    1,
    True,
    False,
    1.0,
    0.0,
    -0.0,
    math.inf,
    -math.inf,
    math.nan,
    "1",
    "",
    "None",
    (),
    {},
    (1,),
    ((1,),),
    (1, 1),
    (1, (1,)),
    ((1,), 1),
    {"float": 1},
    {"float": "0x1.0000000000000p+0"},
    {"tensor": 0},
    {"map": {}},
    {"map": {"float": 1}},
    ("tensor", 0),
    Amount(1.0),
    Crumb(1.0),
    Anything(1.0),
    Anything(Anything(1.0)),
    Anything(None),
    GRID,
    (GRID,),
    (GRID, GRID),
    Anything(GRID),
    GRID.t(),
    GRID.reshape(6),
    GRID.reshape(3, 2),
    GRID.reshape(1, 6),
    GRID.double(),
    GRID.half(),
    GRID.bfloat16(),
    GRID.int(),
    GRID.long(),
    -GRID,
    torch.zeros(1),
    -torch.zeros(1),
    torch.zeros(1, dtype=torch.int32),
    torch.zeros(1, dtype=torch.bool),
    torch.zeros(1, dtype=torch.uint8),
    torch.zeros(1, dtype=torch.complex64),
    torch.zeros(()),
    torch.zeros(0),
    torch.zeros(0, 1),
    torch.zeros(1, 0),
    torch.zeros(0, dtype=torch.int64),
    (torch.zeros(2), torch.zeros(1)),
    (torch.zeros(1), torch.zeros(2)),
    (torch.zeros(3),),
]
"""Values of which no two are equal."""


@pytest.mark.parametrize("index", range(len(SAME)))
def test_equal_content_has_an_equal_digest_wherever_it_lies(index: int) -> None:
    first, second = SAME[index]
    assert digest(first) == digest(second)


def test_different_content_has_different_digests() -> None:
    digests = [digest(value) for value in DIFFERENT]
    twins = [(a, b) for a, b in itertools.combinations(range(len(digests)), 2) if digests[a] == digests[b]]
    assert twins == []


def test_a_digest_is_the_same_in_every_process() -> None:
    assert digest(("a", 1, 1.5, None, {"b": True})) == digest(("a", 1, 1.5, None, {"b": True}))
    assert len(digest(None)) == 64


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ([1], "list is a list"),
        ({1}, "set is a set"),
        ((1, b"x"), "tuple[1] is a bytes"),
        ({1: 2}, "dict has the key 1"),
        (Anything({"a": (1, object())}), "Anything.content['a'][1] is a object"),
        (print, "is a builtin_function_or_method"),
    ],
)
def test_what_data_cannot_hold_is_named_with_its_place(value: object, place: str) -> None:
    with pytest.raises(PackingError) as caught:
        pack(value)
    assert place in str(caught.value)


@pytest.mark.parametrize(
    "tree",
    [
        {"float": "much"},
        {"float": 1.0},
        {"tensor": 0},
        {"tensor": -1},
        {"tensor": True},
        {"tensor": "0"},
        {"map": []},
        {"data": "Amount"},
        {"data": "Amount", "fields": {}},
        {"data": "Amount", "fields": {"weight": 1}},
        {"data": "Nobody", "fields": {}},
        {"data": "Amount", "fields": {"value": {"float": "0x1p99999"}}},
        {},
        {"other": 1},
    ],
)
def test_parts_of_no_value_are_refused(tree: JsonValue) -> None:
    with pytest.raises(PackingError):
        unpack(Packed(tree, ()), CLASSES.__getitem__)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Amount(1.5), "Amount: value 1.5"),
        (Anything(GRID), "Anything: content float32 [2, 3]"),
        (Named("it"), "Named: called it"),
        (GRID, "float32 [2, 3]"),
        ("long" * 50, '"' + "long" * 14 + "lo…"),
        (print, "builtin_function_or_method"),
        (None, "null"),
    ],
)
def test_a_value_is_described_in_a_line(value: object, text: str) -> None:
    assert describe(value) == text


def test_a_value_that_fails_to_describe_itself_is_described_all_the_same() -> None:
    assert describe(Boastful(3)) == "Boastful (ZeroDivisionError: 3)"


def test_behaviours_in_a_tuple_are_described_by_their_classes() -> None:
    assert describe((Machine(1), Amount(2), (Machine(3), "on", 1.0))) == '[Machine, Amount, [Machine, "on", 1.0]]'


def test_a_long_tuple_is_cut() -> None:
    assert describe((Machine(1),) * 1000) == f"[{'Machine, ' * 6}Mach…"
