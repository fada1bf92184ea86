"""The digest of a behaviour is of what it is made of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cached_property

import pytest
import torch

from graphs import LevelCurve
from nodes.contracts.identity import Identified, UnknownContentError, digest_of
from nodes.guidance.cfg import Guided
from tests.nodes.gaussian import Gaussian, means


class Thing(Identified):
    """Holds whatever it is given."""

    def __init__(self, *held: object) -> None:
        self.held = held


class Other(Thing):
    """Another class."""


def power(exponent: int) -> Callable[[float], float]:
    """A function that closes over a number."""
    return lambda value: value**exponent


def test_equal_parts_have_one_digest() -> None:
    assert Thing(1, "a", torch.ones(2)).digest == Thing(1, "a", torch.ones(2)).digest
    assert Thing(Thing(1)).digest == Thing(Thing(1)).digest
    assert Thing(torch.nn.Linear(2, 2).requires_grad_(requires_grad=False)).digest
    assert Guided(Gaussian(), means(1.0), None, 2.0).digest == Guided(Gaussian(), means(1.0), None, 2.0).digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Thing(1), Thing(2)),
        (Thing(1), Thing(1.0)),
        (Thing(1), Thing(True)),
        (Thing("1"), Thing(1)),
        (Thing(1), Other(1)),
        (Thing(torch.ones(2)), Thing(torch.ones(1, 2))),
        (Thing(torch.ones(2)), Thing(torch.ones(2).double())),
        (Thing((1, 2)), Thing((2, 1))),
        (Thing(((1,), 2)), Thing((1, (2,)))),
        (Thing({"a": 1}), Thing({"b": 1})),
        (Thing(Thing(1)), Thing(Thing(2))),
        (Thing(LevelCurve(((1.0, 2.0),))), Thing(LevelCurve(((1.0, 3.0),)))),
        (Thing(power(2)), Thing(power(3))),
        (Thing(means(1.0)), Thing(means(2.0))),
    ],
)
def test_different_parts_have_different_digests(one: Thing, other: Thing) -> None:
    assert one.digest != other.digest


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.bool, torch.int64, torch.complex64])
def test_numbers_of_every_dtype_count(dtype: torch.dtype) -> None:
    one, other, none = (torch.tensor(values, dtype=dtype) for values in ([1, 0], [1, 1], []))
    assert Thing(one).digest == Thing(one.clone()).digest
    assert len({Thing(tensor).digest for tensor in (one, other, none)}) == 3
    assert Thing(one[0]).digest != Thing(one[1]).digest


def test_it_is_the_same_in_every_process() -> None:
    code = (
        "import torch; from nodes.contracts.identity import digest_of; print(digest_of((1, 'a', {'b': torch.ones(2)})))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert found == digest_of((1, "a", {"b": torch.ones(2)}))


def test_what_has_no_content_is_refused() -> None:
    with pytest.raises(UnknownContentError, match="has no digest"):
        _ = Thing(object()).digest


class Derived(Thing):
    """Works something out once."""

    @cached_property
    def sum(self) -> int:
        """Of what it holds."""
        return len(self.held)


def test_what_was_worked_out_does_not_count() -> None:
    one, other = Derived(1), Derived(1)
    assert one.sum == 1
    assert one.digest == other.digest
