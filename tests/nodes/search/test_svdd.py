"""Soft value-based decoding, on data N(0, 1), for which the solver is exact and r = λ x leads to N(λ, 1)."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from nodes.noise.masked import masked
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.search.svdd import svdd
from nodes.solver.heun import heun
from nodes.solver.unmask import unmask
from tests.laws import exact
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.exact import ExactReverse, QuickNoise
from tests.oracles import Oracle

LAMBDA = 1.5
EXPECTED = {1: (0.0, 1.0), 4: (1.09, 1.0), 20: (1.42, 1.0), 100: (1.48, 1.0)}
"""Mean and variance by the number of candidates; the bias shrinks with it."""


def decoded(rows: int, candidates: int, temperature: float = 1 / LAMBDA, steps: int = 40) -> Sample:
    """Samples of so many rows."""
    solver = svdd(ExactReverse(), linear(), candidates=candidates, temperature=temperature)
    ctx = Context(Meter(), QuickNoise())
    return solve(Gaussian(event=(1,)), solver, pure_noise(rows, (1,)), karras(num_inference_steps=steps), ctx)


@pytest.mark.parametrize("candidates", [1, 4, 20])
def test_the_mean_falls_short_of_the_tilted_one_by_a_known_amount(candidates: int, oracle: Oracle) -> None:
    rows = 80
    x = decoded(rows, candidates).x[:, 0]
    mean, _ = EXPECTED[candidates]
    error = 4 / rows**0.5
    oracle("search.svdd", f"mean {mean} with {candidates} candidates, of 1.5", abs(float(x.mean()) - mean), error)
    oracle("search.svdd", f"variance about 1 with {candidates} candidates", abs(float(x.var()) - 1), 2 * error)


def test_one_candidate_is_the_solver_bitwise() -> None:
    noise, levels, ctx = pure_noise(3), karras(num_inference_steps=5), context()
    out = solve(Gaussian(), svdd(ExactReverse(), linear(), candidates=1), noise, levels, ctx)
    plain = solve(Gaussian(), ExactReverse(), noise, levels, context())
    assert torch.equal(out.x, plain.x)
    assert torch.equal(out.rows.seed, plain.rows.seed)
    assert ctx.meter.rewards == 0


def test_the_greedy_choice_is_better_than_none_in_the_mean_of_paired_rows(oracle: Oracle) -> None:
    greedy, plain = decoded(40, 4, 0.0, 10).x[:, 0], decoded(40, 1, 0.0, 10).x[:, 0]
    gain = greedy - plain
    error = float(gain.std()) / 40**0.5
    oracle(
        "search.svdd", "greedy less plain reward is above 0 by four standard errors", 4 * error - float(gain.mean()), 0
    )


def test_it_costs_the_candidates_and_each_is_asked_about_once() -> None:
    ctx = context()
    solver = svdd(ExactReverse(), linear(), candidates=5)
    out = solve(Gaussian(), solver, pure_noise(3), karras(num_inference_steps=6), ctx)
    assert (ctx.meter.rows, ctx.meter.launches, ctx.meter.rewards) == (5 * 3 * 6, 6, 5 * 3 * 6)
    assert solver.calls(6) == 30
    assert len(out.rows) == 3
    assert out.aux["fk/ess"].shape == out.aux["fk/ancestor"].shape == (3, 7)


def test_all_candidates_begin_at_the_rows_own_point_and_go_on_from_the_chosen_one() -> None:
    solver = svdd(ExactReverse(), linear(direction=(1.0, 0.0)), candidates=4)
    levels = karras(num_inference_steps=3)
    state = solver.start(pure_noise(2), levels, context())
    assert all(len(set(state.x[4 * row : 4 * row + 4, 0].tolist())) == 1 for row in range(2))
    state = solver.step(Gaussian(), state, levels.of(state.rows)[1], context())
    assert all(len(set(state.x[4 * row : 4 * row + 4, 0].tolist())) == 4 for row in range(2))
    after = solver.step(Gaussian(), state, levels.of(state.rows)[2], context())
    best = state.x[:, 0].reshape(2, 4).argmax(1)
    assert torch.equal(after.past["fk/ancestor"][:, 1].reshape(2, 4), best[:, None].expand(2, 4))


def test_four_rows_together_equal_each_alone() -> None:
    def run(noise: Sample) -> Sample:
        solver = svdd(ExactReverse(), linear(direction=(1.0, -0.5)), candidates=3, temperature=0.5)
        return solve(Gaussian(variance=0.5), solver, noise, karras(num_inference_steps=5), context())

    noise = pure_noise(4)
    together = run(noise)
    for row in range(4):
        assert torch.equal(run(noise.take(torch.tensor([row]))).x[0], together.x[row])


def test_tokens_are_steered_too() -> None:
    liked = scored_by(lambda x: (x == 2).double().sum(1), space="any")
    model = exact.Spelling()
    noise = masked(model, count=20)
    levels = exact.levels()
    plain = solve(model, unmask(), noise, levels, context())
    out = solve(model, svdd(unmask(), liked, candidates=6), noise, levels, context())
    assert float((out.x == 2).double().mean()) > float((plain.x == 2).double().mean()) + 0.1


def test_a_solver_that_draws_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="draws nothing"):
        svdd(heun(), linear())
