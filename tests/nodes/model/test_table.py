"""The exact model of tokens, against counting words."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.exact.table import Table
from nodes.model.table import table as node
from nodes.noise.masked import masked
from tests.nodes.model.laws import levels, x0_of

WORDS = {"cab": 1.0, "bab": 2.0, "ace": 3.0, "bad": 4.0, "abb": 2.5}


def table(labels: str = "") -> Table:
    model = node(words="\n".join(WORDS), weights=tuple(WORDS.values()), labels=labels, run=RunContext(Meter()))
    assert isinstance(model, Table)
    return model


def tokens(model: Table, text: str) -> Tensor:
    """A word with _ for masks."""
    letters = [*model.space.vocabulary, "_"]
    return torch.tensor([[letters.index(letter) for letter in text]])


def patterns() -> list[str]:
    """Every way to mask every word."""
    found = {
        "".join(letter if keep else "_" for letter, keep in zip(word, kept, strict=True))
        for word in WORDS
        for kept in itertools.product((True, False), repeat=3)
    }
    return sorted(found)


def fits(word: str, pattern: str) -> bool:
    return all(seen in ("_", letter) for letter, seen in zip(word, pattern, strict=True))


@pytest.mark.parametrize("pattern", patterns())
def test_conditionals_are_those_of_counting_the_words_that_fit(pattern: str) -> None:
    model = table()
    found = torch.softmax(x0_of(model, tokens(model, pattern), 1.0), -1)[0]
    fitting = {word: weight for word, weight in WORDS.items() if fits(word, pattern)}
    for place, (number, letter) in itertools.product(range(3), enumerate(model.space.vocabulary)):
        share = sum(weight for word, weight in fitting.items() if word[place] == letter) / sum(fitting.values())
        assert found[place, number].item() == pytest.approx(share, abs=1e-12)


def test_logits_are_finite_and_double() -> None:
    model = table()
    logits = x0_of(model, masked(model, count=3).x, math.inf)
    assert logits.shape == (3, 3, 5)
    assert logits.dtype == torch.float64
    assert bool(torch.isfinite(logits).all())


def test_where_no_word_fits_the_nearest_words_count() -> None:
    model = table()
    # "cce" is one letter from "ace" and two or more from all others.
    found = x0_of(model, tokens(model, "cce"), 1.0).argmax(-1)
    assert torch.equal(found, tokens(model, "ace"))


@pytest.mark.parametrize("s", [0.0, 0.5, 3.0, math.inf])
def test_the_likelihoods_of_all_that_can_be_seen_are_one_in_all(s: float) -> None:
    model = table()
    every = torch.cat([tokens(model, pattern) for pattern in patterns()])
    assert model.log_likelihood(every, levels(s, every)).exp().sum().item() == pytest.approx(1, abs=1e-12)


def test_a_likelihood_is_that_of_word_and_pattern() -> None:
    model = table()
    x = tokens(model, "_a_")
    # At s = 3 a quarter of the letters is kept.
    expected = (1 + 2 + 4) / 12.5 * 0.25 * 0.75**2
    assert model.log_likelihood(x, levels(3.0, x)).exp().item() == pytest.approx(expected, rel=1e-12)


def test_a_condition_leaves_the_words_that_it_names() -> None:
    model = table("noun\nname\nnoun")
    found = x0_of(model, masked(model, count=2).x, math.inf, model.prompt(("noun", "name 1"))).softmax(-1)
    letters = model.space.vocabulary
    # "noun": cab, ace, bad; the second row: bab and abb, and the first word.
    assert found[0, 0, letters.index("a")].item() == pytest.approx(3 / 8)
    assert found[1, 0, letters.index("c")].item() == pytest.approx(1 / 5.5)


def test_shorter_words_are_filled_with_spaces() -> None:
    model = node(words="a\nbcd\n", run=RunContext(Meter()))
    assert model.space.event == (3,)
    assert model.space.vocabulary == (" ", "a", "b", "c", "d")


def test_no_words_are_refused() -> None:
    with pytest.raises(InputError, match="no words"):
        node(words=" \n", run=RunContext(Meter()))
    with pytest.raises(InputError, match="too large"):
        node(words="\n".join(chr(97 + i % 26) * 2000 + chr(97 + i // 26) for i in range(600)), run=RunContext(Meter()))
