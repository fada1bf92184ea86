"""The training of the adapter that slants: what is drawn, what is learned, and what stays as it is."""

from __future__ import annotations

from pathlib import Path

import torch

from nodes.contracts.rows import Rows
from nodes.networks.adapter_file import open_adapter, serialise_adapter
from nodes.training.ink import draw, fields
from nodes.training.slanted import SlantedExamples, detached, fresh_factors, slanted, train
from nodes.training.variation import upright
from tests.nodes.networks.examples import random_network
from tests.nodes.training.toys import RandomExamples, bars


def middle_of(picture: torch.Tensor) -> torch.Tensor:
    """Where the ink of some lines lies, in columns."""
    ink = picture + 1
    return (ink.sum(0) * torch.arange(ink.shape[1])).sum() / ink.sum()


def test_strokes_lean_to_the_right_by_as_much_as_is_said() -> None:
    field = fields(bars().ink[:1])
    placing, pen = upright(1)
    straight, leaning = (draw(field, slanted(placing, by), pen)[0, 0] for by in (0.0, 0.5))
    above, below = slice(8, 12), slice(20, 24)
    assert abs(middle_of(straight[above]) - middle_of(straight[below])) < 0.1
    assert abs(float(middle_of(leaning[above]) - middle_of(leaning[below])) - 0.5 * 12) < 0.5


def test_names_stay_with_their_digits() -> None:
    _, texts = SlantedExamples(bars()).batch(Rows.first(0, 32), 0)
    assert set(texts) == {"one", "seven"}


def test_the_factors_learn_and_the_network_stays_as_it_is(tmp_path: Path) -> None:
    network = random_network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    factors = fresh_factors(network, 2, 0)
    assert not any(bool(up.any()) for up in factors.up.values())
    losses = list(train(network, factors, RandomExamples(), 6))
    assert len(losses) == 6
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
    assert all(bool(up.any()) for up in factors.up.values())
    (tmp_path / "a.safetensors").write_bytes(serialise_adapter(detached(factors), torch.float32))
    assert open_adapter(tmp_path / "a.safetensors").digest == detached(factors).digest
