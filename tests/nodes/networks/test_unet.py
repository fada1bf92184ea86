from __future__ import annotations

import math

import pytest
import torch

from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.networks.unet import noise_waves
from tests.nodes.networks.examples import SMALL, random_network


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"patch": 1, "channels": 3},
        {"widths": (32,), "attention": (True,), "blocks": 3},
        {"widths": (16, 48, 32), "attention": (False, False, False), "blocks": 2},
        {"widths": (64, 32), "attention": (True, True), "text_layers": 0},
    ],
)
def test_keeps_the_shape_for_any_configuration(change: dict[str, object]) -> None:
    configuration = NetworkConfiguration.model_validate(SMALL.model_dump() | change)
    network = random_network(configuration)
    x = torch.randn(2, configuration.channels, 8, 16, generator=torch.Generator().manual_seed(0))
    y = network.unet(x, torch.zeros(2), *network.encode(["one", ""]))
    assert y.shape == x.shape
    assert y.isfinite().all()


def test_every_weight_is_used() -> None:
    network = random_network().requires_grad_()
    x = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    network.unet(x, torch.tensor([0.1, -0.4]), *network.encode(["one cat dog", "zero one"])).square().sum().backward()
    unused = [name for name, weight in network.named_parameters() if weight.grad is None or not weight.grad.any()]
    assert unused == []


def test_an_untrained_network_predicts_zero() -> None:
    network = Denoiser(SMALL).eval()
    y = network.unet(torch.ones(1, 1, 8, 8), torch.zeros(1), *network.encode([""]))
    assert not y.any()


def test_noise_waves() -> None:
    waves = noise_waves(torch.tensor([0.3], dtype=torch.float64))
    assert waves.shape == (1, 64)
    expected = [math.cos(0.3 / 4), math.cos(0.3 * 64), math.sin(0.3 / 4), math.sin(0.3 * 64)]
    torch.testing.assert_close(waves[0, [0, 31, 32, 63]], torch.tensor(expected, dtype=torch.float64))


def test_has_no_buffers_that_a_file_could_lack() -> None:
    assert list(random_network().buffers()) == []
