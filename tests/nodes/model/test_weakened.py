"""Worse versions of a model: what is changed, that the shared one is not, and row by row."""

from __future__ import annotations

import pytest
import torch

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.rows import Rows
from nodes.guidance.autoguidance import autoguidance
from nodes.guidance.blurring import blurred
from nodes.model.checkpoint import Network
from nodes.model.weakened import Kind, weakened
from nodes.networks.denoiser import Denoiser
from nodes.networks.spoiled import Dropped, FewerBits, WeightChange, WeightNoise
from tests.laws.exact import Exact, means
from tests.nodes.gaussian import Gaussian, context, query
from tests.nodes.networks.examples import random_network
from tests.oracles import Oracle

BASE = random_network()
X = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def at(model: Model, x: torch.Tensor = X) -> torch.Tensor:
    """Its x0."""
    return predict(model, query(x, 1.5), context()).x0


def written(change: WeightChange) -> Network:
    """A network of its own with the change in its weights."""
    other = Denoiser(BASE.configuration).requires_grad_(requires_grad=False).eval()
    other.load_state_dict({name: tensor.clone() for name, tensor in BASE.state_dict().items()})
    for name, layer in other.unet.named_modules(prefix="unet"):
        if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
            layer.weight.add_(change.difference(name, layer.weight.clone()))
    return Network(other)


@pytest.mark.parametrize(
    ("kind", "strength", "change"),
    [
        ("weight_noise", 0.3, WeightNoise(0.3, 5)),
        ("fewer_bits", 1.0, FewerBits(1.0, 3)),
        ("dropout", 0.2, Dropped(0.2, 5)),
    ],
)
def test_it_is_the_network_with_worse_weights_and_the_shared_one_stays(
    kind: Kind, strength: float, change: WeightChange, oracle: Oracle
) -> None:
    before = {name: tensor.clone() for name, tensor in BASE.state_dict().items()}
    answer = at(weakened(Network(BASE), kind=kind, strength=strength, bits=3, seed=5))
    assert all(torch.equal(tensor, before[name]) for name, tensor in BASE.state_dict().items())
    apart = float((answer - at(written(change))).abs().max())
    oracle("model.weakened", f"{kind}: the network with these weights written to it", apart, 1e-4)
    assert float((answer - at(Network(BASE))).abs().max()) > 1e-2


def test_weights_of_few_bits_take_few_values() -> None:
    weight = torch.randn(4, 50, generator=torch.Generator().manual_seed(1))
    rounded = weight + FewerBits(1.0, 3).difference("layer", weight)
    assert all(len(row.unique()) <= 2**3 - 1 for row in (rounded * 1e4).round())
    assert float((rounded - weight).abs().max()) <= float(weight.abs().max()) / 3 / 2 + 1e-6


def test_a_share_of_the_weights_is_dropped_and_their_mean_stays() -> None:
    weight = torch.ones(100, 200)
    left = weight + Dropped(0.3, 1).difference("layer", weight)
    assert float((left == 0).double().mean()) == pytest.approx(0.3, abs=0.02)
    assert float(left.mean()) == pytest.approx(1.0, abs=0.02)
    assert not torch.equal(left, weight + Dropped(0.3, 2).difference("layer", weight))


def test_both_versions_of_a_network_are_one_launch() -> None:
    shared, ctx = Network(BASE), context()
    model = autoguidance(shared, weakened(shared, strength=0.3), guidance_scale=2.0)
    answer = predict(model, query(X, 1.5), ctx).x0
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 6)
    strong, weak = at(shared), at(weakened(shared, strength=0.3))
    torch.testing.assert_close(answer, 2 * strong - weak, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", ["weight_noise", "fewer_bits", "dropout", "blurred_input"])
def test_strength_zero_is_the_model_bitwise(kind: Kind) -> None:
    assert torch.equal(at(weakened(Network(BASE), kind=kind, strength=0.0)), at(Network(BASE)))


def test_blur_keeps_what_is_even_and_spreads_a_point() -> None:
    assert torch.allclose(blurred(torch.full((1, 2, 6, 6), 0.7), 1.0), torch.full((1, 2, 6, 6), 0.7))
    point = torch.zeros(1, 1, 17, 17, dtype=torch.float64)
    point[0, 0, 8, 8] = 1
    spread = blurred(point, 1.5)[0, 0]
    across = (spread.sum(0) * torch.arange(-8, 9).square()).sum()
    assert float(across) == pytest.approx(1.5**2, rel=0.05)
    model = Exact()
    x = X[:, :, :4, :4].double()
    assert torch.equal(at(weakened(model, kind="blurred_input", strength=0.8), x), at(model, blurred(x, 0.8)))


def test_labels_are_mistaken_row_by_row_as_often_as_is_wished() -> None:
    model, count = Gaussian(), 400
    x = torch.zeros(count, 2, dtype=torch.float64)
    q = query(x, 1.0, means(0.0).gather(torch.arange(count)))
    q = Query(x, q.s, q.to, Rows.first(3, count), q.step, q.cond)
    worse = weakened(model, means(8.0, 8.0), kind="label_shuffle", strength=0.25)
    wrong = predict(worse, q, context()).x0[:, 0] > 1
    assert float(wrong.double().mean()) == pytest.approx(0.25, abs=0.07)
    part = predict(worse, q.take(torch.arange(5, 9)), context()).x0[:, 0] > 1
    assert torch.equal(part, wrong[5:9])


def test_labels_of_another_model_are_refused() -> None:
    q = query(torch.zeros(2, 2, dtype=torch.float64), 1.0, means(0.0, 1.0))
    worse = weakened(Gaussian(), Cond({"class": torch.tensor([1])}), kind="label_shuffle", strength=0.5)
    with pytest.raises(InputError, match="labels"):
        predict(worse, q, context())


def test_what_was_made_of_a_weight_goes_with_it_and_is_not_taken_for_that_of_another() -> None:
    change, memory = FewerBits(1.0, 3), torch.randn(12, generator=torch.Generator().manual_seed(1))
    first = memory.view(3, 4)
    made = change.of("layer", first)
    assert change.of("layer", first) is made
    del first
    assert not len(change.made)
    memory.copy_(torch.randn(12, generator=torch.Generator().manual_seed(2)))
    second = memory.view(3, 4)  # other weights, where those before lay
    assert torch.equal(change.of("layer", second), change.difference("layer", second))


@pytest.mark.parametrize(
    ("kind", "strength", "message"),
    [("dropout", 1.0, "share"), ("label_shuffle", 0.5, "no labels"), ("fewer_bits", 2.0, "share")],
)
def test_what_makes_no_sense_is_refused(kind: Kind, strength: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        weakened(Network(BASE), kind=kind, strength=strength)


def test_an_exact_model_has_no_weights_and_points_no_blur() -> None:
    with pytest.raises(InputError, match="no network"):
        weakened(Gaussian())
    with pytest.raises(InputError, match="only pictures"):
        weakened(Gaussian(), kind="blurred_input")
