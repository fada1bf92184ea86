"""Masked tokens: the law of what is drawn, of each step, and what is refused."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.state import Halfway, State
from nodes.levels.karras import karras
from nodes.solver.euler import euler
from nodes.solver.unmask import Unmask, unmask
from tests.nodes.exact_tokens import SPACE, TABLE, Tokens, counts, masked
from tests.nodes.gaussian import Gaussian, context, pure_noise

CHI_SQUARE = 26.12
"""What chi-square with 8 degrees of freedom exceeds once in a thousand times."""


def even_in_keep(steps: int) -> Levels:
    """keep = i/steps."""
    keep = torch.arange(steps + 1, dtype=torch.float64) / steps
    return Levels((1 - keep) / keep)


def state_of(tokens: list[list[int]], s: float) -> State:
    """These tokens at a level."""
    sample = masked(len(tokens))
    return State.at(sample, torch.tensor(tokens), torch.full((len(tokens),), s, dtype=torch.float64))


def test_many_small_steps_draw_from_the_table() -> None:
    drawn = counts(solve(Tokens(), unmask(), masked(1500), even_in_keep(60), context()).x)
    expected = TABLE * 1500
    assert float(((drawn - expected).square() / expected).sum()) < CHI_SQUARE


def test_one_step_draws_each_position_by_itself() -> None:
    """The known error of a large step: the product of the marginals, far from the table."""
    drawn = counts(solve(Tokens(), unmask(), masked(1500), even_in_keep(1), context()).x)
    product = TABLE.sum(1)[:, None] * TABLE.sum(0) * 1500
    assert float(((drawn - product).square() / product).sum()) < CHI_SQUARE
    assert float(((drawn - TABLE * 1500).square() / (TABLE * 1500)).sum()) > 10 * CHI_SQUARE


def test_the_share_of_masks_is_one_minus_keep_and_what_is_shown_stays() -> None:
    count = 1000
    states = list(drive(Tokens(), unmask(), masked(count), even_in_keep(4), context()))
    for before, after in pairwise(states):
        shown = before.x != SPACE.mask
        assert torch.equal(after.x[shown], before.x[shown])
    for number, state in enumerate(states):
        share = float((state.x == SPACE.mask).double().mean())
        assert share == pytest.approx(1 - number / 4, abs=4 * math.sqrt(0.25 / (2 * count)))
    assert int((states[-1].x == SPACE.mask).sum()) == 0


def test_the_law_of_a_step_is_that_of_the_specification() -> None:
    """keep ¼ to ½: a mask stays with probability ⅔; else a word by the softmax of its logits."""
    state, s_next = state_of([[3, 3], [3, 1]], 3.0), torch.tensor([1.0, 1.0], dtype=torch.float64)
    kernel = Unmask().kernel(Tokens(), state, s_next, context())
    law = torch.softmax(kernel.mean, -1)
    torch.testing.assert_close(law[0, 0], torch.cat([TABLE.sum(1) / 3, torch.tensor([2 / 3], dtype=torch.float64)]))
    given = TABLE[:, 1] / TABLE[:, 1].sum()
    torch.testing.assert_close(law[1, 0], torch.cat([given / 3, torch.tensor([2 / 3], dtype=torch.float64)]))
    assert law[1, 1].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert kernel.std.tolist() == [0.0, 0.0]
    x = torch.tensor([[0, 3], [2, 1]])
    expected = [math.log(float(TABLE.sum(1)[0]) / 3) + math.log(2 / 3), math.log(float(given[2]) / 3)]
    assert kernel.log_prob(x).tolist() == pytest.approx(expected)
    assert kernel.log_prob(torch.tensor([[0, 3], [2, 0]]))[1] == -math.inf


def test_where_the_level_rises_tokens_are_masked_again() -> None:
    """keep ½ to ¼: half of what is shown is masked."""
    state, s_next = state_of([[0, 3]], 1.0), torch.tensor([3.0], dtype=torch.float64)
    law = torch.softmax(Unmask().kernel(Tokens(), state, s_next, context()).mean, -1)
    torch.testing.assert_close(law[0, 0], torch.tensor([0.5, 0.0, 0.0, 0.5], dtype=torch.float64))
    assert law[0, 1].tolist() == [0.0, 0.0, 0.0, 1.0]


def test_a_larger_batch_begins_with_the_same_rows() -> None:
    few, many = (solve(Tokens(), unmask(), masked(count), even_in_keep(5), context()).x for count in (3, 9))
    assert torch.equal(few, many[:3])


def test_it_asks_as_often_as_it_says() -> None:
    ctx = context()
    solve(Tokens(), unmask(), masked(3), even_in_keep(6), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (unmask().calls(6), 18)


def test_tokens_are_refused_by_euler_and_numbers_by_unmask() -> None:
    with pytest.raises(InputError, match="does not solve what the sample is made of"):
        solve(Tokens(), euler(), masked(2), even_in_keep(3), context())
    with pytest.raises(InputError, match="does not solve what the sample is made of"):
        solve(Gaussian(), unmask(), pure_noise(2), karras(), context())


def test_tokens_that_stopped_halfway_are_refused_by_euler_too() -> None:
    stopped = Halfway(1, state_of([[0, 1]], 1.0))
    with pytest.raises(InputError, match="made of"):
        next(drive(Tokens(), euler(), stopped, even_in_keep(2), context()))
