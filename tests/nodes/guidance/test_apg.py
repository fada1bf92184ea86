"""Adaptive projected guidance: what it is at its null settings, its geometry, and its memory."""

from __future__ import annotations

import math

import pytest
import torch

from graphs import Estimate, InputError, Known, LevelCurve, Span
from graphs.running.context import Meter, RunContext
from nodes.contracts.asking import predict
from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.solver import Solver, look, probe
from nodes.contracts.state import State
from nodes.guidance.apg import apg, cost
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.model.table import table
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, means, pure_noise, query
from tests.nodes.solvers import Remembering
from tests.oracles import Oracle

X = torch.randn(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
LEAF = Gaussian(variance=0.5)
TOWARD, AWAY = means(1.0, 2.0, 0.5, -3.0), means(-1.0)
LEVELS = karras(num_inference_steps=7)


def at(model: Model, x: torch.Tensor = X, s: float = 1.0) -> torch.Tensor:
    """The x0 of a model."""
    return predict(model, query(x, s), context()).x0


def begun() -> State:
    """A state before its first step."""
    return State.at(pure_noise(4), X, torch.full((4,), 3.0, dtype=torch.float64))


def test_with_nothing_projected_shortened_or_remembered_it_is_plain_guidance() -> None:
    model = apg(LEAF, TOWARD, AWAY, guidance_scale=4.0, eta=1.0, norm_threshold=math.inf, momentum=0.0)
    plain = cfg(LEAF, TOWARD, AWAY, guidance_scale=4.0)
    noise = pure_noise(4)
    torch.testing.assert_close(
        solve(model, heun(), noise, LEVELS, context()).x, solve(plain, heun(), noise, LEVELS, context()).x
    )


def test_what_is_added_is_orthogonal_to_the_prediction_and_no_longer_than_allowed(oracle: Oracle) -> None:
    toward, away = at(conditional(LEAF, TOWARD)), at(conditional(LEAF, AWAY))
    model = apg(LEAF, TOWARD, AWAY, guidance_scale=4.0, norm_threshold=0.7, momentum=0.0)
    added = (at(model) - toward) / 3
    along = float((added * toward).sum(1).abs().max())
    oracle("guidance.apg", "what is added is orthogonal to x0", along, 1e-12)
    whole = apg(LEAF, TOWARD, AWAY, guidance_scale=2.0, eta=1.0, norm_threshold=0.7, momentum=0.0)
    answer = predict(whole, query(X, 1.0), context())
    torch.testing.assert_close(answer.aux["/delta_norm"], (toward - away).norm(dim=1))
    off = (answer.x0 - toward).norm(dim=1) - (toward - away).norm(dim=1).clamp_max(0.7)
    oracle("guidance.apg", "it is the difference, no longer than allowed", float(off.abs().max()), 1e-12)
    cosine = torch.nn.functional.cosine_similarity(toward - away, toward)
    torch.testing.assert_close(answer.aux["/along"], cosine)


def test_each_row_is_as_it_is_alone() -> None:
    model = apg(LEAF, means(1.0), AWAY, guidance_scale=4.0, norm_threshold=0.7)
    together = at(model)
    torch.testing.assert_close(together, torch.cat([at(model, X[row : row + 1]) for row in range(4)]), rtol=0, atol=0)


def test_the_difference_is_remembered_before_it_is_shortened() -> None:
    """Δ_1 = Δ + β Δ_0 in closed form: for equal variances Δ does not depend on x."""
    model = apg(LEAF, TOWARD, AWAY, guidance_scale=2.0, eta=1.0, norm_threshold=0.1, momentum=-0.5)
    first, _ = look(model, begun(), torch.full((4,), 2.0, dtype=torch.float64), context())
    delta = at(conditional(LEAF, TOWARD), s=3.0) - at(conditional(LEAF, AWAY), s=3.0)
    torch.testing.assert_close(first.memory["/momentum"], delta)
    second, _ = look(model, first.reached(X, first.s), first.s, context())
    torch.testing.assert_close(second.memory["/momentum"], delta / 2)


def test_the_second_stage_reads_what_was_remembered_and_writes_nothing() -> None:
    model = apg(LEAF, TOWARD, AWAY, eta=1.0, norm_threshold=math.inf)
    s = torch.full((4,), 2.0, dtype=torch.float64)
    state, _ = look(model, begun(), s, context())
    probed, _ = probe(model, state, X, s, context())
    assert torch.equal(state.memory["/momentum"], look(model, begun(), s, context())[0].memory["/momentum"])
    toward = at(conditional(LEAF, TOWARD), s=2.0)
    delta = toward - at(conditional(LEAF, AWAY), s=2.0) - 0.5 * state.memory["/momentum"]
    torch.testing.assert_close(probed, toward + 4 * delta)
    after = advance(model, heun(), begun(), s, context())
    assert torch.equal(after.memory["/momentum"], state.memory["/momentum"])


@pytest.mark.parametrize("solver", [heun(), Remembering()])
def test_rows_taken_in_mid_run_go_on_as_in_runs_of_their_own(solver: Solver) -> None:
    model, noise = apg(LEAF, means(1.0), AWAY, norm_threshold=1.0), pure_noise(4)
    index = torch.tensor([3, 1])
    *_, whole = drive(model, solver, noise, LEVELS, context())
    halfway = list(drive(model, solver, noise, LEVELS, context()))[3].take(index)
    for s in LEVELS.s[4:]:
        halfway = advance(model, solver, halfway, s.expand(2), context())
    *_, alone = drive(model, solver, noise.take(index), LEVELS, context())
    torch.testing.assert_close(halfway.x, whole.x[index], rtol=0, atol=1e-14)
    torch.testing.assert_close(alone.x, whole.x[index], rtol=0, atol=1e-14)
    forgetful = apg(LEAF, means(1.0), AWAY, norm_threshold=1.0, momentum=0.0)
    assert not torch.allclose(solve(forgetful, solver, noise, LEVELS, context()).x, whole.x)


def test_rows_at_scale_one_are_not_asked_twice_and_remember_what_they_had() -> None:
    curve = LevelCurve(((1.0, 1.0), (2.0, 3.0)), "linear")
    model = apg(LEAF, means(1.0), AWAY, guidance_scale=curve)
    q, ctx = query(X, 1.0), context()
    levels = torch.tensor([0.5, 1.5, 1.0, 9.0], dtype=torch.float64)
    memory = {"/momentum": torch.arange(8, dtype=torch.float64).reshape(4, 2)}
    answer = predict(model, Query(X, levels, levels, q.rows, q.step, memory=memory), ctx)
    assert ctx.meter.rows == 4 + 2
    assert answer.keep["/momentum"][[0, 2]].tolist() == [[0, 1], [4, 5]]
    assert not torch.equal(answer.keep["/momentum"][1], memory["/momentum"][1])
    bare = predict(conditional(LEAF, means(1.0)), Query(X, levels, levels, q.rows, q.step), context()).x0
    assert torch.equal(answer.x0[[0, 2]], bare[[0, 2]])
    assert answer.aux["/delta_norm"][[0, 2]].tolist() == [0, 0]


def test_rows_with_scales_of_their_own_over_a_run_are_as_alone() -> None:
    curve = LevelCurve(((0.3, 1.0), (5.0, 6.0)), "log")
    model, noise = apg(LEAF, means(1.0), AWAY, guidance_scale=curve), pure_noise(2)
    grids = [karras(num_inference_steps=6).s, karras(num_inference_steps=6, sigma_max=20.0, rho=3.0).s]
    both = solve(model, heun(), noise, Levels(torch.stack(grids, 1)), context()).x
    for row, grid in enumerate(grids):
        alone = solve(model, heun(), noise.take(torch.tensor([row])), Levels(grid), context()).x
        torch.testing.assert_close(both[row : row + 1], alone, rtol=0, atol=1e-13)


def test_scale_one_is_the_positive_model_bitwise_at_half_the_cost() -> None:
    ctx, noise = context(), pure_noise(4)
    found = solve(apg(LEAF, TOWARD, AWAY, guidance_scale=1.0), heun(), noise, LEVELS, ctx).x
    assert torch.equal(found, solve(conditional(LEAF, TOWARD), heun(), noise, LEVELS, context()).x)
    assert ctx.meter.rows == 4 * 13


def test_where_there_is_no_difference_nothing_is_added() -> None:
    zero = torch.zeros(2, 2, dtype=torch.float64)
    assert torch.equal(at(apg(LEAF, means(0.0), means(0.0)), zero), zero)


@pytest.mark.parametrize(("scale", "branches"), [(5.0, Span.of(2)), (1.0, Span.of(1)), (None, Span(1, 2))])
def test_the_declared_cost(scale: float | None, branches: Span) -> None:
    assert cost(Known({"guidance_scale": scale}, {"model": (Estimate(each=Span.of(1)),)})).each == branches
    assert apg(LEAF, TOWARD).cost(1.0) == 2
    assert apg(LEAF, TOWARD, guidance_scale=1.0).cost(1.0) == 1


def test_a_model_of_tokens_is_refused_with_the_guidance_that_takes_it() -> None:
    model = table(words="ab\nba", labels="x\ny", run=RunContext(Meter()))
    with pytest.raises(InputError, match="not of tokens") as caught:
        apg(model, model.prompt(("x",)))
    assert "guidance.cfg," in caught.value.mend
