"""Sampling that was cut short goes on from the state that was kept, bitwise as if it had never stopped."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from graphs import Keep, RunContext
from graphs.parts import decode, digest, encode, parts_of, value_of
from graphs.running.context import Meter
from nodes.contracts.levels import Levels
from nodes.contracts.query import Prediction
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.state import Halfway, State
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.noise.gaussian import gaussian
from nodes.solver.heun import heun
from nodes.solver.sample import sample
from tests.nodes.gaussian import Gaussian, means
from tests.nodes.loops import told_by

CLASSES: dict[str, type] = {cls.__name__: cls for cls in (Halfway, Prediction, State, Rows, Space)}
UNEVEN = Levels(torch.tensor([[9.0, 4.0, 2.0], [9.0, 2.0, 2.0], [1.0, 0.5, 1.0], [0.0, 0.0, 0.5]]))


def sampled(levels: Levels, run: RunContext) -> tuple[Sample, list[Halfway]]:
    """A sample, and every state that it could go on from."""
    model = cfg(Gaussian(), means(1.0, 2.0), guidance_scale=2.5)
    result, told = told_by(sample(gaussian(model, count=3), model, heun(), levels, run=run))
    values = [event.value for event in told if isinstance(event, Keep)]
    return result, [value for value in values if isinstance(value, Halfway)]


@pytest.mark.parametrize("levels", [karras(num_inference_steps=5), UNEVEN], ids=["karras", "rows of their own"])
def test_from_every_state_the_result_is_the_same_bitwise(levels: Levels) -> None:
    whole, kept = sampled(levels, RunContext(Meter()))
    assert [state.position for state in kept] == list(range(1, len(levels.s)))
    for state in kept:
        stored = value_of(decode(encode(parts_of(state))), CLASSES.__getitem__)
        run = RunContext(Meter(), kept=stored)
        result, rest = sampled(levels, run)
        assert digest(result) == digest(whole)
        assert [other.position for other in rest] == [other.position for other in kept[state.position - 1 :]]


def test_what_another_node_kept_is_no_state_of_ours() -> None:
    whole, _ = sampled(karras(num_inference_steps=2), RunContext(Meter()))
    run = replace(RunContext(Meter()), kept=whole)
    assert digest(sampled(karras(num_inference_steps=2), run)[0]) == digest(whole)
