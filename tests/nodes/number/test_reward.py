"""The mean reward of a sample."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.number.reward import reward
from nodes.reward.function import scored_by
from nodes.reward.linear import linear
from tests.nodes.diagnosis.running import run_context
from tests.nodes.gaussian import pure_noise


def test_it_is_the_mean_over_the_rows_and_each_row_is_counted_as_one_reward() -> None:
    sample = replace(pure_noise(5), s=torch.zeros(5, dtype=torch.float64))
    run = run_context()
    direction = (1.0,) * sample.space.event[0]
    assert reward(sample, linear(direction=direction), run=run).value == pytest.approx(float(sample.x.sum(1).mean()))
    assert run.meter.rewards == 5


def test_a_reward_that_is_no_number_is_refused() -> None:
    sample = replace(pure_noise(2), s=torch.zeros(2, dtype=torch.float64))
    with pytest.raises(InputError):
        reward(sample, scored_by(lambda x: torch.full((len(x),), torch.nan)), run=run_context())
