"""What is seen of particles: their effective size, and from whom each descends."""

from __future__ import annotations

from typing import Literal

import pytest
import torch

from graphs import InputError
from nodes.contracts.driving import solve
from nodes.contracts.marks import Points, Polylines
from nodes.contracts.sample import Sample
from nodes.diagnosis.particles import particles
from nodes.levels.karras import karras
from nodes.reward.linear import linear
from nodes.search.fk_steering import fk_steering
from nodes.solver.ancestral import ancestral
from tests.nodes.gaussian import Gaussian, context, pure_noise

COUNT, STEPS = 6, 8


def steered(outcome: Literal["one", "all"], strength: float = 3.0) -> Sample:
    model = Gaussian(0.0, 1.0)
    reward = linear(direction=(1.0,) * model.space.event[0])
    solver = fk_steering(ancestral(), reward, particles=COUNT, strength=strength, outcome=outcome)
    return solve(model, solver, pure_noise(2), karras(num_inference_steps=STEPS, sigma_max=20.0), context())


def test_the_effective_size_is_that_of_the_sample_where_it_was_weighed() -> None:
    sample = steered("one")
    plot = particles(sample).effective_size
    lines = [mark for mark in plot.marks if isinstance(mark, Polylines)]
    assert [line.name for line in lines] == ["row 0", "row 1"]
    for number, line in enumerate(lines):
        ess = sample.aux["fk/ess"][number]
        assert torch.equal(line.at[0, :, 1], ess[ess > 0])
        assert torch.equal(line.at[0, :, 0], (ess > 0).nonzero()[:, 0].double())


def test_lines_of_descent_begin_at_ancestors_and_end_at_every_particle() -> None:
    sample = steered("all")
    plot = particles(sample, row=1).genealogy
    edges, lineages = (mark.at for mark in plot.marks if isinstance(mark, Polylines))
    ancestor = sample.aux["fk/ancestor"][COUNT:]
    assert lineages[:, -1, 1].tolist() == list(range(COUNT))
    assert len(edges) == ancestor.numel()
    for line in lineages:
        for step, (before, after) in enumerate(zip(line[:-1, 1].tolist(), line[1:, 1].tolist(), strict=True)):
            assert ancestor[int(after), step] == before
    founders = len(set(lineages[:, 0, 1].tolist()))
    assert 1 <= founders < COUNT
    assert plot.note.startswith(f"{founders} of {COUNT}")


def test_one_particle_of_many_has_no_genealogy_and_the_plot_says_what_to_set() -> None:
    assert 'set `outcome` to "all"' in particles(steered("one")).genealogy.note


def test_without_steering_nothing_was_weighed_and_nobody_died() -> None:
    seen = particles(steered("all", strength=0.0))
    assert not [mark for mark in seen.effective_size.marks if isinstance(mark, Points)]
    assert "No particle was weighed" in seen.effective_size.note
    assert seen.genealogy.note.startswith(f"{COUNT} of {COUNT}")


def test_a_plain_sample_is_refused_and_so_is_a_row_that_is_not_there() -> None:
    with pytest.raises(InputError, match="does not tell of particles"):
        particles(pure_noise(2))
    with pytest.raises(InputError, match="no such row"):
        particles(steered("one"), row=2)
