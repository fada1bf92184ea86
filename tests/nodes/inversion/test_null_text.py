"""Null-text inversion, and inversion by a negative prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs import InputError, RunContext
from graphs.estimates import Estimate, Known, Span
from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.guidance.null_text import null_text as guided
from nodes.inversion.ddim import ddim as ddim_inversion
from nodes.inversion.null_text import Pivoted, cost, null_text
from nodes.levels.karras import karras
from nodes.model.checkpoint import checkpoint
from nodes.networks.checkpoint import serialise
from nodes.solver.ddim import ddim
from tests.laws import exact
from tests.nodes.gaussian import context
from tests.nodes.inversion.curved import result
from tests.nodes.networks.examples import random_network
from tests.oracles import Oracle

LEVELS = karras(num_inference_steps=12, sigma_min=0.05, sigma_max=10.0)
MODEL, POSITIVE, EMPTY = exact.Exact(), exact.means(0.4), exact.means(-0.3)
SCALE = 7.5


def clean() -> Sample:
    """Points each of which is one number, as the condition is."""
    sample = exact.clean(3)
    x = sample.x.mean((1, 2, 3), keepdim=True).expand_as(sample.x).clone()
    return Sample(x, sample.s, sample.space, sample.rows)


def inverted(scale: float = SCALE, steps: int = 40, rate: float = 0.05) -> Pivoted:
    """The pivot and the null conditions."""
    run = RunContext(Meter())
    return result(
        null_text(
            clean(), MODEL, POSITIVE, EMPTY, LEVELS,
            guidance_scale=scale, num_inner_steps=steps, learning_rate=rate, run=run,
        )
    )  # fmt: skip


def far(model: Model, start: Sample) -> float:
    """How far from the sample DDIM ends."""
    return float((solve(model, ddim(), start, LEVELS, context()).x - clean().x).abs().max())


def test_guided_by_what_it_found_the_sample_comes_back(oracle: Oracle) -> None:
    found = inverted()
    plain = far(cfg(MODEL, POSITIVE, EMPTY, guidance_scale=SCALE), found.sample)
    ended = far(guided(MODEL, POSITIVE, found.trajectory, guidance_scale=SCALE), found.sample)
    oracle("inversion.null_text", "the error under guidance, a share of that without null-text", ended / plain, 0.05)


def test_the_way_back_is_the_one_that_was_fitted() -> None:
    found = inverted(steps=2)
    assert found.trajectory.aux["null_text/mean"].shape == (12, 3, 1)
    assert not torch.equal(found.trajectory.aux["null_text/mean"][0], EMPTY.entries["mean"].expand(3, 1))


def test_without_guidance_nothing_has_to_be_found(oracle: Oracle) -> None:
    found = inverted(scale=1.0, steps=0)
    plain = far(conditional(MODEL, POSITIVE), found.sample)
    ended = far(guided(MODEL, POSITIVE, found.trajectory, guidance_scale=1.0), found.sample)
    oracle("guidance.null_text", "with scale 1 it is the conditional model, bitwise", abs(ended - plain), 0)


def test_a_negative_prompt_that_is_the_positive_one_needs_no_fitting(oracle: Oracle) -> None:
    """Negative-prompt inversion (arXiv:2305.16807): guidance between a prompt and itself is no guidance."""
    noise = result(ddim_inversion(clean(), conditional(MODEL, POSITIVE), LEVELS, run=RunContext(Meter())))
    plain = far(conditional(MODEL, POSITIVE), noise)
    ended = far(cfg(MODEL, POSITIVE, exact.means(0.4), guidance_scale=SCALE), noise)
    oracle("inversion.ddim", "negative-prompt inversion reconstructs as without guidance", abs(ended - plain), 1e-12)


def test_a_row_is_inverted_the_same_alone_and_found_again_by_its_lineage() -> None:
    found = inverted(steps=3)
    run, one = RunContext(Meter()), clean().take(torch.tensor([1]))
    alone = result(
        null_text(one, MODEL, POSITIVE, EMPTY, LEVELS, num_inner_steps=3, learning_rate=0.05, run=run)
    ).trajectory
    torch.testing.assert_close(alone.aux["null_text/mean"][:, 0], found.trajectory.aux["null_text/mean"][:, 1])
    model = guided(MODEL, POSITIVE, found.trajectory)
    whole = solve(model, ddim(), found.sample, LEVELS, context()).x
    part = solve(model, ddim(), found.sample.take(torch.tensor([2])), LEVELS, context()).x
    torch.testing.assert_close(part[0], whole[2])


def test_embedded_words_of_a_network_are_changed_and_its_mask_is_not(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(serialise(random_network(), torch.float32))
    model = checkpoint(weights=path, run=RunContext(Meter()))
    x = 0.5 * torch.randn(2, *model.space.event, generator=torch.Generator().manual_seed(1))
    sample = Sample(x, torch.zeros(2, dtype=torch.float64), model.space, Rows.first(1, 2))
    positive, negative = model.prompt(("one cat",)), model.prompt(("",))
    levels, errors = karras(num_inference_steps=4, sigma_min=0.1, sigma_max=5.0), []
    for steps in (0, 8):
        run = RunContext(Meter())
        found = result(null_text(sample, model, positive, negative, levels, num_inner_steps=steps, run=run))
        end = solve(guided(model, positive, found.trajectory), ddim(), found.sample, levels, context())
        assert found.trajectory.x is not None
        errors.append(float((end.x - found.trajectory.x[-1]).square().mean()))
    assert errors[1] < errors[0]
    for name, entry in negative.entries.items():
        same = torch.equal(found.trajectory.aux[f"null_text/{name}"][-1], entry.expand(2, *entry.shape[1:]))
        assert same == (name == "mask")


def test_it_costs_what_it_declares() -> None:
    run = RunContext(Meter())
    result(null_text(clean(), MODEL, POSITIVE, EMPTY, LEVELS, num_inner_steps=2, run=run))
    inputs = {
        "sample": (Estimate(rows=Span.of(3)),),
        "levels": (Estimate(steps=Span.of(12)),),
        "model": (Estimate(each=Span.of(1)),),
    }
    assert Span.of(run.meter.rows) == cost(Known({"num_inner_steps": 2}, inputs)).nfe == Span.of(180)
    assert run.meter.backwards == 3 * 12 * 2


def test_what_cannot_be_fitted_is_refused() -> None:
    run = RunContext(Meter())
    whole = Cond({"class": torch.tensor([1])})
    with pytest.raises(InputError, match="nothing tells"):
        result(null_text(clean(), MODEL, POSITIVE, whole, LEVELS, run=run))
    trajectory = inverted(steps=0).trajectory
    longer = karras(num_inference_steps=13, sigma_min=0.05, sigma_max=10.0)
    with pytest.raises(InputError, match="fewer steps"):
        solve(guided(MODEL, POSITIVE, trajectory), ddim(), inverted(steps=0).sample, longer, context())
    bare = type(trajectory)(trajectory.s, trajectory.rows, trajectory.space)
    with pytest.raises(InputError, match="no null conditions"):
        guided(MODEL, POSITIVE, bare)
