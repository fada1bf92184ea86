"""Trajectories along their principal components."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from graphs import InputError
from nodes.contracts.rows import Rows
from nodes.contracts.space import Space
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.trajectory import trajectory as drawn
from nodes.diagnosis.principal_components import principal_components


def recorded(dimensions: int = 6) -> Trajectory:
    """Predictions that vary most along the last coordinate, then along the first, and little elsewhere."""
    drawing = torch.Generator().manual_seed(3)
    widths = torch.full((dimensions,), 0.01, dtype=torch.float64)
    widths[-1], widths[0] = 5.0, 1.0
    x = torch.randn(4, 30, dimensions, dtype=torch.float64, generator=drawing) * widths
    s = torch.tensor([3.0, 2.0, 1.0, 0.0], dtype=torch.float64)[:, None].expand(4, 30)
    return Trajectory(s, Rows.first(0, 30), Space("points", (dimensions,)), x, x[:3])


def test_the_first_components_are_where_it_varies_most() -> None:
    found = principal_components(recorded())
    assert found.x0 is not None
    assert found.x is not None
    before = recorded()
    assert before.x0 is not None
    for place, expected in ((0, -1), (1, 0)):
        pair = torch.stack([found.x0[..., place].flatten(), before.x0[..., expected].flatten()])
        assert abs(float(torch.corrcoef(pair)[0, 1])) > 0.98
    assert found.space.event == (2,)


def test_all_components_keep_all_lengths() -> None:
    found, before = principal_components(recorded(), of="x", count=6), recorded()
    assert found.x is not None
    assert before.x is not None
    torch.testing.assert_close(found.x.norm(dim=-1), before.x.norm(dim=-1))


def test_missing_dimensions_are_0_and_the_plot_takes_it() -> None:
    line = replace(recorded(), space=Space("points", (1,)), x=torch.ones(4, 30, 1), x0=torch.ones(3, 30, 1))
    found = principal_components(line)
    assert found.x is not None
    assert torch.equal(found.x[..., 1], torch.zeros(4, 30))
    assert drawn(found, show="x0").marks


def test_what_was_not_recorded_is_asked_for() -> None:
    with pytest.raises(InputError, match="no principal components"):
        principal_components(replace(recorded(), x=None), of="x")
