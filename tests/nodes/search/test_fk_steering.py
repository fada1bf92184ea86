"""Feynman-Kac steering: exact laws, counts, and rows that go each their own way.

Data ~ N(0, 1) tilted by exp(λ x) is N(λ, 1), and log E exp(λ x) = λ²/2.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import drive, solve
from nodes.contracts.levels import Levels
from nodes.contracts.population import siblings
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.levels.karras import karras
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from nodes.search.fk_steering import fk_steering
from nodes.search.potentials import Potential
from nodes.search.resampling import Scheme
from nodes.search.steered import Outcome
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.search.exact import ExactReverse, QuickNoise
from tests.oracles import Oracle

LAMBDA = 1.5


def mean_and_variance(out: Sample) -> tuple[float, float]:
    """Those of the weighted particles of one row."""
    weights, x = out.aux["fk/log_weight"].exp(), out.x[:, 0]
    mean = float((weights * x).sum())
    return mean, float((weights * (x - mean).square()).sum())


def steered(potential: Potential, sigma_min: float, resampling: Scheme) -> Sample:
    """All particles of one row, under r = x."""
    solver = fk_steering(
        ExactReverse(),
        linear(),
        particles=3000,
        strength=LAMBDA,
        potential=potential,
        interval=3,
        sigma_min=sigma_min,
        resampling=resampling,
        outcome="all",
    )
    levels = karras(num_inference_steps=24)
    return solve(Gaussian(event=(1,)), solver, pure_noise(1, (1,)), levels, Context(Meter(), QuickNoise()))


@pytest.mark.parametrize(
    ("potential", "sigma_min", "resampling"),
    [
        ("difference", 0.0, "systematic"),
        ("difference", 0.0, "stratified"),
        ("difference", 0.0, "multinomial"),
        ("max", 1.0, "systematic"),
        ("sum", 1.0, "systematic"),
    ],
)
def test_the_particles_have_the_tilted_law(
    potential: Potential, sigma_min: float, resampling: Scheme, oracle: Oracle
) -> None:
    """Spec: 1.50/.98 (difference), 1.48/.96 (max), 1.47/.95 (sum) against 1.5/1.0; the normaliser is λ²/2."""
    out = steered(potential, sigma_min, resampling)
    mean, variance = mean_and_variance(out)
    normaliser = float(out.aux["fk/log_normaliser"][0])
    oracle("search.fk_steering", f"mean λ of the tilted law, {potential}", abs(mean - LAMBDA), 0.15)
    oracle("search.fk_steering", f"variance 1 of the tilted law, {potential}", abs(variance - 1), 0.2)
    oracle("search.fk_steering", f"log normaliser λ²/2, {potential}", abs(normaliser - LAMBDA**2 / 2), 0.15)


def test_weights_that_are_not_used_up_go_on() -> None:
    """Never resampled: importance sampling of the finished samples, whose weights are exp(λ x) exactly."""
    solver = fk_steering(ExactReverse(), linear(), particles=50, strength=LAMBDA, ess_threshold=0.0, outcome="all")
    out = solve(Gaussian(event=(1,)), solver, pure_noise(1, (1,)), karras(num_inference_steps=8), context())
    torch.testing.assert_close(out.aux["fk/log_weight"], torch.log_softmax(LAMBDA * out.x[:, 0], 0))
    total = torch.logsumexp(LAMBDA * out.x[:, 0], 0) - torch.tensor(50.0, dtype=torch.float64).log()
    torch.testing.assert_close(out.aux["fk/log_normaliser"], total.expand(50))


@pytest.mark.parametrize("potential", ["difference", "max", "sum"])
def test_of_resampled_ways_too_the_potentials_multiply_to_the_reward(potential: Potential) -> None:
    solver = fk_steering(ExactReverse(), linear(), particles=6, strength=LAMBDA, potential=potential, outcome="all")
    *_, last = drive(Gaussian(event=(1,)), solver, pure_noise(2, (1,)), karras(num_inference_steps=8), context())
    out = solver.finish(last, context())
    for first in (0, 6):
        part = slice(first, first + 6)
        whole = last.past["fk/log_weight"][part] - last.past["fk/given"][part] + LAMBDA * out.x[part, 0]
        torch.testing.assert_close(out.aux["fk/log_weight"][part], torch.log_softmax(whole, 0))


def test_without_strength_all_particles_are_plain_samples_bitwise() -> None:
    model, noise, levels = Gaussian(variance=0.3), pure_noise(3), karras(num_inference_steps=5)
    ctx = context()
    solver = fk_steering(ExactReverse(), linear(), particles=4, strength=0.0, outcome="all")
    out = solve(model, solver, noise, levels, ctx)
    plain = solve(model, ExactReverse(), siblings(noise, 4, "particles"), levels, context())
    assert torch.equal(out.x, plain.x)
    assert torch.equal(out.rows.seed, plain.rows.seed)
    assert ctx.meter.rewards == 0
    assert torch.equal(out.aux["fk/ancestor"], (torch.arange(12) % 4)[:, None].expand(12, 6))


@pytest.mark.parametrize("outcome", ["one", "best", "all"])
def test_one_particle_is_plain_sampling_bitwise(outcome: Outcome) -> None:
    model, noise, levels = Gaussian(variance=0.3), pure_noise(3), karras(num_inference_steps=5)
    solver = fk_steering(ExactReverse(), linear(), particles=1, outcome=outcome)
    assert torch.equal(
        solve(model, solver, noise, levels, context()).x, solve(model, ExactReverse(), noise, levels, context()).x
    )


def test_under_a_constant_reward_all_particles_count_and_go_on() -> None:
    flat = scored_by(lambda x: torch.full((len(x),), 0.7), space="any")
    solver = fk_steering(ExactReverse(), flat, particles=3, ess_threshold=1.0, outcome="all")
    out = solve(Gaussian(), solver, pure_noise(2), karras(num_inference_steps=5), context())
    weighed = out.aux["fk/ess"][:, 1:5]
    torch.testing.assert_close(weighed, torch.full_like(weighed, 3.0))
    assert torch.equal(out.aux["fk/ancestor"], (torch.arange(6) % 3)[:, None].expand(6, 6))
    torch.testing.assert_close(
        out.aux["fk/log_normaliser"], torch.full((6,), 7.0, dtype=torch.float64), rtol=1e-6, atol=0
    )


def test_a_weighed_step_asks_the_model_no_oftener_than_another() -> None:
    """NFE K·N·rows; K·rows rewards at each of the steps 2 and 4 and at the end."""
    ctx, steps = context(), karras(num_inference_steps=6)
    solver = fk_steering(ExactReverse(), linear(), particles=4, interval=2)
    out = solve(Gaussian(), solver, pure_noise(3), steps, ctx)
    assert (ctx.meter.rows, ctx.meter.launches) == (4 * 3 * 6, 6)
    assert ctx.meter.rewards == 4 * 3 * 3
    assert solver.calls(6) == 24
    assert len(out.rows) == 3


def run(noise: Sample, reward: Reward, resampling: Scheme = "systematic") -> Sample:
    """One sample a row, at levels of their own."""
    s = torch.stack([karras(num_inference_steps=6, sigma_max=top).s for top in (80.0, 9.0)], 1)
    solver = fk_steering(ExactReverse(), reward, particles=5, strength=3.0, resampling=resampling)
    return solve(Gaussian(variance=0.5), solver, noise, Levels(s), context())


@pytest.mark.parametrize("resampling", ["systematic", "stratified", "multinomial"])
def test_four_rows_together_equal_each_alone(resampling: Scheme) -> None:
    noise = pure_noise(4)
    together = run(noise, linear(direction=(1.0, -0.5)), resampling)
    assert together.rows.origin.tolist() == [0, 1, 2, 3]
    for row in range(4):
        alone = run(noise.take(torch.tensor([row])), linear(direction=(1.0, -0.5)), resampling)
        assert torch.equal(alone.x[0], together.x[row])
        assert torch.equal(alone.aux["fk/ess"][0], together.aux["fk/ess"][row])
        assert torch.equal(alone.rows.seed, together.rows.seed[row : row + 1])


def go_on(solver: Solver, state: State, levels: Levels, position: int) -> Sample:
    """From a state to the end."""
    for s_next in levels.of(state.rows)[position + 1 :]:
        state = solver.step(Gaussian(variance=0.5), state, s_next, context())
    return solver.finish(state, context())


def test_groups_taken_out_in_mid_run_go_on_as_they_would_have() -> None:
    solver = fk_steering(ExactReverse(), linear(), particles=3, strength=3.0)
    levels = karras(num_inference_steps=6)
    states = list(drive(Gaussian(variance=0.5), solver, pure_noise(3), levels, context()))
    whole = solver.finish(states[-1], context())
    mixed = states[3].take(torch.tensor([7, 1, 8, 0, 2, 6]))
    out = go_on(solver, mixed, levels, 3)
    assert torch.equal(out.x, whole.x[[2, 0]])


def test_a_state_is_not_changed_by_the_step_after_it() -> None:
    solver = fk_steering(ExactReverse(), linear(), particles=4, strength=3.0, ess_threshold=1.0)
    levels = karras(num_inference_steps=6)
    states = list(drive(Gaussian(variance=0.5), solver, pure_noise(2), levels, context()))
    assert torch.equal(go_on(solver, states[2], levels, 2).x, solver.finish(states[-1], context()).x)
    assert states[0].past["fk/ess"].eq(0).all()


def test_copies_part_and_their_places_keep_their_lineage() -> None:
    def spiked(x: Tensor) -> Tensor:
        return (x[:, 0] == x[:, 0].max()).double() * 100

    solver = fk_steering(ExactReverse(), scored_by(spiked, space="any"), particles=4, strength=5.0, outcome="all")
    states = list(drive(Gaussian(), solver, pure_noise(1), karras(num_inference_steps=3), context()))
    assert torch.equal(states[2].rows.seed, states[0].rows.seed)
    ancestor = states[2].past["fk/ancestor"][:, 1]
    assert len(set(ancestor.tolist())) == 1, "one particle took all places"
    assert len(set(states[2].x[:, 0].tolist())) == 4, "and they parted in the step"


def test_the_best_is_the_one_of_the_highest_reward_and_one_is_among_all() -> None:
    reward = linear(direction=(1.0, 0.0))

    def outcome(name: Outcome) -> Sample:
        solver = fk_steering(ExactReverse(), reward, particles=5, strength=1.0, outcome=name)
        return solve(Gaussian(), solver, pure_noise(2), karras(num_inference_steps=4), context())

    everyone, best, one = outcome("all"), outcome("best"), outcome("one")
    assert torch.equal(best.x[:, 0], everyone.x[:, 0].reshape(2, 5).max(1).values)
    for row in range(2):
        assert any(torch.equal(one.x[row], x) for x in everyone.x[5 * row : 5 * row + 5])
    assert torch.equal(best.aux["fk/reward"], best.x[:, 0])


def test_a_particle_of_reward_minus_infinity_has_no_weight() -> None:
    barred = scored_by(lambda x: torch.where(x[:, 0] > 0, 0.0, -torch.inf), space="any")
    solver = fk_steering(ExactReverse(), barred, particles=8, strength=1.0, outcome="all", interval=2)
    out = solve(Gaussian(), solver, pure_noise(2), karras(num_inference_steps=6), context())
    gone = out.x[:, 0] <= 0
    assert bool(out.aux["fk/log_weight"][gone].exp().eq(0).all())
    torch.testing.assert_close(out.aux["fk/log_weight"].exp().reshape(2, 8).sum(1), torch.ones(2, dtype=torch.float64))


def test_it_weighs_within_its_window_only() -> None:
    solver = fk_steering(ExactReverse(), linear(), particles=4, sigma_min=0.5, sigma_max=5.0, outcome="all")
    levels = karras(num_inference_steps=9)
    out = solve(Gaussian(), solver, pure_noise(1), levels, context())
    assert torch.equal(out.aux["fk/ess"][0] > 0, (levels.s > 0.5) & (levels.s <= 5.0))


def test_a_row_that_is_there_twice_is_sampled_twice() -> None:
    out = run(pure_noise(2).take(torch.tensor([1, 1, 0])), linear())
    assert torch.equal(out.x[0], out.x[1])
    assert torch.equal(out.x[[0, 2]], run(pure_noise(2), linear()).x.flip(0))


def test_a_solver_that_draws_nothing_is_refused_with_the_cure() -> None:
    with pytest.raises(InputError, match="draws nothing") as caught:
        fk_steering(heun(), linear())
    assert caught.value.mend == "wire a stochastic solver"


def test_levels_that_do_not_end_at_zero_are_refused() -> None:
    solver = fk_steering(ExactReverse(), linear())
    with pytest.raises(InputError, match="do not end there"):
        solver.start(pure_noise(1), Levels(torch.tensor([3.0, 1.0], dtype=torch.float64)), context())
