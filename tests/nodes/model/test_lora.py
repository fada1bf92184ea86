"""Adapters on a shared network, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import nn

from graphs import InputError
from nodes.contracts.asking import predict
from nodes.contracts.cond import Cond
from nodes.guidance.cfg import cfg
from nodes.model.checkpoint import Network
from nodes.model.lora import LowRank, lora
from nodes.networks.adapter_file import open_adapter, serialise_adapter
from nodes.networks.denoiser import Denoiser
from nodes.networks.low_rank import Factors
from tests.nodes.contracts.test_model import Half
from tests.nodes.gaussian import Gaussian, context, query
from tests.nodes.networks.examples import random_network

LAYERS = ("unet.middle.0.attention.self_in", "unet.middle.0.residual.modulation")


def factors(network: Denoiser, seed: int) -> Factors:
    """A random adapter of rank 2."""
    draw = torch.Generator().manual_seed(seed)
    shapes = {name: module.weight.shape for name, module in network.named_modules() if isinstance(module, nn.Linear)}
    down = {name: torch.randn(2, shapes[name][1], generator=draw) for name in LAYERS}
    return Factors(down, {name: torch.randn(shapes[name][0], 2, generator=draw) for name in LAYERS})


def merged(network: Denoiser, *adapters: tuple[Factors, float]) -> Network:
    """A network of its own with the adapters in its weights."""
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for adapter, strength in adapters:
        for name in LAYERS:
            weights[f"{name}.weight"] += strength * adapter.up[name] @ adapter.down[name]
    other = Denoiser(network.configuration).requires_grad_(requires_grad=False).eval()
    other.load_state_dict(weights)
    return Network(other)


BASE = random_network()
ONE, TWO = factors(BASE, 1), factors(BASE, 2)
X = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def test_an_adapter_is_the_network_with_the_product_added_to_its_weights() -> None:
    answer = predict(LowRank(Network(BASE), ONE, 0.7), query(X, 1.5), context()).x0
    expected = predict(merged(BASE, (ONE, 0.7)), query(X, 1.5), context()).x0
    torch.testing.assert_close(answer, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(answer, predict(Network(BASE), query(X, 1.5), context()).x0, atol=1e-3)


def test_adapters_on_adapters_add_up() -> None:
    stack = LowRank(LowRank(LowRank(Network(BASE), ONE, 0.5), TWO, -1.0), ONE, 0.25)
    answer = predict(stack, query(X, 1.5), context()).x0
    expected = predict(merged(BASE, (ONE, 0.75), (TWO, -1.0)), query(X, 1.5), context()).x0
    torch.testing.assert_close(answer, expected, atol=1e-5, rtol=1e-5)


def test_guidance_of_a_mixture_of_two_adapted_networks_is_one_launch() -> None:
    shared, ctx = Network(BASE), context()
    mixture = Half(LowRank(shared, ONE, 1.0), LowRank(shared, TWO, 1.0))
    seen = {
        name: entry + 1 if entry.is_floating_point() else entry for name, entry in shared.prompt(("",)).entries.items()
    }
    model = cfg(mixture, Cond(seen), guidance_scale=2.0)
    predict(model, query(X, 1.5), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 4 * 3)


def test_rows_without_the_adapter_are_as_they_were() -> None:
    shared = Network(BASE)
    both = Half(LowRank(shared, ONE, 1.0), shared)
    mean = predict(both, query(X, 1.5), context()).x0
    parts = [predict(m, query(X, 1.5), context()).x0 for m in (LowRank(shared, ONE, 1.0), shared)]
    torch.testing.assert_close(mean, (parts[0] + parts[1]) / 2, atol=1e-6, rtol=1e-5)


def test_at_strength_0_and_without_a_file_the_model_is_itself(tmp_path: Path) -> None:
    model, path = Network(BASE), tmp_path / "a.safetensors"
    path.write_bytes(serialise_adapter(ONE))
    assert lora(model, weights=path, strength=0.0) is model
    assert lora(model) is model


def test_a_file_gives_the_adapter_back(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(serialise_adapter(ONE, torch.float32))
    assert open_adapter(path).digest == ONE.digest
    assert isinstance(lora(Network(BASE), weights=path), LowRank)


def test_a_file_of_something_else_is_refused_with_what_it_should_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(save({"x.lora_A.weight": torch.zeros(2, 2)}))
    with pytest.raises(InputError, match="no LoRA adapter") as caught:
        open_adapter(path)
    assert "half of x" in caught.value.given


def test_an_adapter_of_another_network_names_the_layer() -> None:
    foreign = Factors({"elsewhere": torch.zeros(2, 3)}, {"elsewhere": torch.zeros(3, 2)})
    with pytest.raises(InputError, match="another network") as caught:
        predict(LowRank(Network(BASE), foreign, 1.0), query(X, 1.0), context())
    assert "elsewhere" in caught.value.given
    wide = Factors({LAYERS[0]: torch.zeros(2, 3)}, {LAYERS[0]: torch.zeros(3, 2)})
    with pytest.raises(InputError, match="does not fit"):
        predict(LowRank(Network(BASE), wide, 1.0), query(X, 1.0), context())


def test_a_model_that_cannot_be_altered_says_so() -> None:
    with pytest.raises(InputError, match="cannot be altered"):
        predict(LowRank(Gaussian(), ONE, 1.0), query(torch.zeros(2, 2, dtype=torch.float64), 1.0), context())


def test_the_text_encoder_has_a_strength_of_its_own() -> None:
    name = next(name for name, found in BASE.text.named_modules(prefix="text") if isinstance(found, nn.Linear))
    weight = BASE.get_submodule(name).weight
    assert isinstance(weight, torch.Tensor)
    draw = torch.Generator().manual_seed(3)
    down, up = (torch.randn(*shape, generator=draw) for shape in ((2, weight.shape[1]), (weight.shape[0], 2)))
    adapter, texts = Factors({name: down}, {name: up}), ("one", "zero")
    other = Denoiser(BASE.configuration).requires_grad_(requires_grad=False).eval()
    other.load_state_dict({**BASE.state_dict(), f"{name}.weight": weight + 0.5 * up @ down})
    expected, plain = Network(other).prompt(texts).entries["context"], Network(BASE).prompt(texts).entries["context"]
    for strength, text_strength in ((0.5, None), (2.0, 0.5), (0.0, 0.5)):
        found = LowRank(Network(BASE), adapter, strength, text_strength).prompt(texts).entries["context"]
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(LowRank(Network(BASE), adapter, 0.5, 0.0).prompt(texts).entries["context"], plain)
    assert not torch.allclose(expected, plain, atol=1e-3)


def test_a_convolution_has_the_product_added_to_its_weights() -> None:
    name = next(
        name for name, found in BASE.named_modules() if isinstance(found, nn.Conv2d) and found.padding != (0, 0)
    )
    weight = BASE.get_submodule(name).weight
    assert isinstance(weight, torch.Tensor)
    draw = torch.Generator().manual_seed(4)
    down = torch.randn(2, *weight.shape[1:], generator=draw) / 4
    up = torch.randn(weight.shape[0], 2, 1, 1, generator=draw)
    other = Denoiser(BASE.configuration).requires_grad_(requires_grad=False).eval()
    product = torch.einsum("or,rikl->oikl", up[:, :, 0, 0], down)
    other.load_state_dict({**BASE.state_dict(), f"{name}.weight": weight - 0.3 * product})
    adapted = LowRank(Network(BASE), Factors({name: down}, {name: up}), -0.3)
    answer = predict(adapted, query(X, 1.5), context()).x0
    torch.testing.assert_close(answer, predict(Network(other), query(X, 1.5), context()).x0, atol=1e-5, rtol=1e-5)
