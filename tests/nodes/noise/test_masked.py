"""Noise for tokens."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.decoder.text import lines
from nodes.levels.uniform_time import uniform_time
from nodes.model.table import table
from nodes.noise.gaussian import gaussian
from nodes.noise.masked import masked
from nodes.solver.unmask import unmask


def test_everything_is_masked_at_pure_noise() -> None:
    model = table(words="ab\nba", run=RunContext(Meter()))
    noise = masked(model, count=3, seed=4)
    assert noise.x.tolist() == [[2, 2]] * 3
    assert noise.x.dtype == torch.int64
    assert bool(torch.isinf(noise.s).all())
    assert noise.space is model.space


def test_a_larger_batch_begins_with_the_same_rows() -> None:
    model = table(run=RunContext(Meter()))
    many, few = masked(model, count=8, seed=5), masked(model, count=3, seed=5)
    assert torch.equal(many.rows.seed[:3], few.rows.seed)
    assert torch.equal(masked(few, count=1, seed=5, first=3).rows.seed, many.rows.seed[3:4])


def test_real_numbers_cannot_be_masked() -> None:
    with pytest.raises(InputError, match="only tokens"):
        masked(gaussian(shape=(2,)))
    with pytest.raises(InputError, match="too large"):
        masked(table(words="a" * 5000, run=RunContext(Meter())), count=65536)


def test_what_a_pattern_tells_is_not_masked_and_rows_take_its_lines_in_turn() -> None:
    model = table(words="sun\nsea", run=RunContext(Meter()))
    letters = [*model.space.vocabulary, "_"]

    def shown(pattern: str, **where: int) -> list[str]:
        return ["".join(letters[token] for token in row) for row in masked(model, pattern=pattern, **where).x.tolist()]

    assert shown("s_n\n░e", count=3) == ["s_n", "_e_", "s_n"]
    assert shown("s_n\n░e", count=1, first=1) == ["_e_"]
    assert shown("", count=1) == ["___"]


def test_an_underscore_that_is_a_token_is_no_mask() -> None:
    model = table(words="a_\n_a", run=RunContext(Meter()))
    assert masked(model, count=1, pattern="_░").x.tolist() == [[model.space.vocabulary.index("_"), model.space.mask]]


@pytest.mark.parametrize(("pattern", "words"), [("sux", 'has "x"'), ("sun_", "too long")])
def test_a_pattern_that_no_text_has_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        masked(table(words="sun\nsea", run=RunContext(Meter())), pattern=pattern)


def test_what_a_pattern_tells_stands_in_the_end() -> None:
    model = table(words="sun\nsea\nsky", run=RunContext(Meter()))
    noise = masked(model, count=6, pattern="s_a\n__y")
    *_, last = drive(model, unmask(), noise, uniform_time(num_inference_steps=4), Context(Meter()))
    assert lines(last.x, model.space) == ["sea", "sky"] * 3
