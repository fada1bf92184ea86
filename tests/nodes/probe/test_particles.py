"""Particles, rewards and memory on one stack."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from graphs.parts import decode, encode, parts_of, value_of
from nodes.codec.haar import haar
from nodes.contracts.driving import advance, drive, solve
from nodes.contracts.query import Prediction
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Part, Space
from nodes.contracts.state import Halfway, State
from nodes.exact.empirical import Empirical
from nodes.guidance.cfg import cfg
from nodes.model.table import table
from nodes.noise.masked import masked
from nodes.reward.brightness import brightness
from nodes.reward.component import component
from nodes.reward.decoded import decoded
from nodes.reward.linear import linear
from nodes.search.fk_steering import fk_steering
from nodes.solver.dpmpp_2m_sde import dpmpp_2m_sde
from nodes.solver.unmask import unmask
from tests.nodes.probe.stacks import RING, components, context, grid, noise, remembering, run

CLASSES = {cls.__name__: cls for cls in (Halfway, State, Prediction, Rows, Space, Part)}


def test_stateful_guidance_over_a_multistep_solver_under_resampling_equals_separate_runs() -> None:
    """A place that takes over another's particle goes on as that particle would have, with its own noise."""
    levels, begin, solver, ancestors = grid(), noise(4), dpmpp_2m_sde(), [1, 1, 3, 0]
    states = list(drive(remembering(), solver, begin, levels, context()))
    together = states[4].take(torch.tensor(ancestors), rows=states[4].rows)
    together = finished(solver, together, 4)
    for place, ancestor in enumerate(ancestors):
        alone = list(drive(remembering(), solver, begin.take(torch.tensor([ancestor])), levels, context()))[4]
        taken = alone.take(torch.tensor([0]), rows=states[4].rows.take(torch.tensor([place])))
        torch.testing.assert_close(together.x[place], finished(solver, taken, 4).x[0], rtol=0, atol=1e-11)
    assert len({tuple(row) for row in together.x.tolist()}) == 4


def finished(solver: Solver, state: State, position: int) -> State:
    """The state at the end of the grid."""
    for s_next in grid().of(state.rows)[position + 1 :]:
        state = advance(remembering(), solver, state, s_next, context())
    return state


def test_steering_over_a_multistep_solver_under_guidance_costs_what_the_particles_cost() -> None:
    rows, particles, steps, ctx = 3, 4, 8, context()
    model = cfg(RING, components("1 2 3"), components("4"), guidance_scale=2.0)
    solver = fk_steering(dpmpp_2m_sde(), linear(direction=(1.0, 0.0)), particles=particles, strength=3.0)
    solve(model, solver, noise(rows), grid(steps), ctx)
    assert ctx.meter.rows == 2 * rows * particles * steps
    assert ctx.meter.launches == steps, "one launch a round"


def test_a_steered_run_stored_in_the_middle_goes_on_bitwise() -> None:
    """Particles with their weights, a solver with its history and guidance with its memory, through the store."""
    levels, begin = grid(), noise(3)
    solver = fk_steering(dpmpp_2m_sde(), linear(direction=(0.0, 1.0)), strength=4.0, outcome="all")
    *states, last = drive(remembering(), solver, begin, levels, context())
    for position in (1, 4, 6):
        stored = value_of(decode(encode(parts_of(Halfway(position, states[position])))), CLASSES.__getitem__)
        assert isinstance(stored, Halfway)
        *_, again = drive(remembering(), solver, stored, levels, context())
        assert torch.equal(again.x, last.x)
        assert all(torch.equal(again.past[name], entry) for name, entry in last.past.items())
        assert set(again.memory) == {"/momentum"}


def pictures() -> tuple[Tensor, Empirical, Space]:
    """Eight shades from dark to bright, and the exact model of the latents of their pictures."""
    shades = torch.linspace(-0.9, 0.9, 8, dtype=torch.float64)[:, None, None, None]
    pattern = torch.tensor([[1.0, -1.0], [-1.0, 1.0]], dtype=torch.float64).repeat(2, 2) * 0.05
    x = (shades + pattern).expand(8, 1, 4, 4)
    clean = Sample(x, torch.zeros(8, dtype=torch.float64), Space("pixels", (1, 4, 4)), Rows.first(0, 8))
    latents = haar().encode(clean, context())
    model = Empirical(latents.space, latents.x, torch.ones(8), ("",) * 8)
    return shades.flatten(), model, latents.space


def test_a_reward_on_decoded_pixels_steers_latents() -> None:
    shades, model, space = pictures()
    solver = fk_steering(dpmpp_2m_sde(), decoded(brightness(), haar()), particles=24, strength=8.0)
    ctx = context()
    latents = solve(model, solver, noise(24, model), grid(), ctx)
    plain = solve(model, dpmpp_2m_sde(), noise(24, model), grid(), context())
    bright, dark = (haar().decode(sample, context()).x.mean() for sample in (latents, plain))
    assert latents.space.codec == space.codec == haar().name
    tilted = torch.softmax(8 * (shades + 1) / 2, 0) @ shades
    assert abs(float(dark)) < 4 * float(shades.std()) / math.sqrt(24)
    assert abs(float(bright - tilted)) < 0.15
    assert ctx.meter.decodes == ctx.meter.rewards > 0


def test_tokens_are_steered_by_the_same_driver_to_the_tilted_law() -> None:
    """p(word) · exp(strength · log p(class | word)) over a table: classes are certain once a word is whole."""
    words = table(words="sun\nson\nsea\nsky", labels="s\ns\ne\nk", weights=(1.0, 1.0, 4.0, 2.0), run=run())
    reward = component(words, text="s k")
    begin = masked(words, count=300, seed=5)
    steered = fk_steering(unmask(), reward, particles=6, strength=1.0)
    sample = solve(words, steered, begin, grid(6), context())
    assert sample.x.shape == (300, 3)
    found = ["".join(words.space.vocabulary[token] for token in row) for row in sample.x.tolist()]
    wrong = sum(word not in ("sun", "son", "sky") for word in found) / 300
    plain = solve(words, unmask(), begin, grid(6), context())
    before = ["".join(words.space.vocabulary[token] for token in row) for row in plain.x.tolist()]
    assert sum(word == "sea" for word in before) / 300 > 0.3
    assert wrong < 0.1
    skies = sum(word == "sky" for word in found) / 300
    assert abs(skies - 0.5) < 4 * math.sqrt(0.25 / 300) + 0.05
