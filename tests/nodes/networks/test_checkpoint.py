from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save as save_tensors

from graphs.errors import InputError
from nodes.networks import checkpoint
from nodes.networks.checkpoint import open_checkpoint, read_configuration, serialise
from tests.nodes.networks.examples import (
    DIGITS,
    put_together,
    random_network,
)
from tests.nodes.networks.refusals import (
    BODY,
    CONTENT,
    EXIT,
    HEADER,
    Allocations,
    with_configuration,
    with_entry,
)


def test_a_network_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(CONTENT)
    before, after = random_network(), open_checkpoint(path)
    assert after.configuration == before.configuration == read_configuration(path)
    for (name, stored), weight in zip(after.state_dict().items(), before.state_dict().values(), strict=True):
        assert torch.equal(stored, weight), name
    x, s = torch.ones(1, 1, 8, 8), torch.ones(1, dtype=torch.float64)
    torch.testing.assert_close(after(x, s, *after.encode(["cat"])), before(x, s, *before.encode(["cat"])))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_every_floating_type_becomes_float32(tmp_path: Path, dtype: torch.dtype) -> None:
    path = tmp_path / "network.safetensors"
    path.write_bytes(serialise(random_network(), dtype))
    network = open_checkpoint(path)
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    assert not network.training
    assert not any(weight.requires_grad for weight in network.parameters())
    assert not any(weight.is_meta for weight in network.state_dict().values())


def test_opening_draws_no_random_numbers() -> None:
    before = torch.random.get_rng_state()
    open_checkpoint(DIGITS)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_opening_takes_about_the_memory_of_the_weights() -> None:
    allocations = Allocations()
    with allocations:
        network = open_checkpoint(DIGITS)
    weights = sum(weight.numel() * 4 for weight in network.parameters())
    assert weights <= sum(allocations.storages.values()) < 4 * weights


def test_digits_describe_themselves() -> None:
    configuration = read_configuration(DIGITS)
    assert configuration.vocabulary[7] == "seven"
    assert (configuration.channels, configuration.size) == (1, 32)
    assert configuration.title
    assert "1,200 of scikit-learn" in configuration.recipe
    assert "CC BY 4.0" in configuration.licence


@pytest.mark.parametrize(
    ("metadata", "names", "words"),
    [
        (None, ("weight",), "no metadata"),
        ({"format": "pt"}, ("weight",), "metadata 'format'"),
        ({"Noiselom": "{}"}, ("weight",), "a misspelt 'noiseloom'"),
        ({"format": "pt"}, ("lora_unet_down.weight",), "a LoRA"),
        ({}, ("model.diffusion_model.input.weight",), "Stable Diffusion"),
        ({f"key{number}": "" for number in range(10, 30)}, ("weight",), "'key17', ..."),
    ],
)
def test_safetensors_of_someone_else(
    refuse: Callable[[bytes], str], metadata: dict[str, str] | None, names: tuple[str, ...], words: str
) -> None:
    text = refuse(save_tensors({name: torch.zeros(2) for name in names}, metadata))
    assert "not one of Noiseloom's networks" in text
    assert words in text


def test_the_wrong_shape(refuse: Callable[[bytes], str]) -> None:
    assert f"1 of another shape ('{EXIT}' [2, 2] not [4])" in refuse(with_entry(EXIT, shape=[2, 2]))


def test_the_wrong_type(refuse: Callable[[bytes], str]) -> None:
    assert f"1 of another type ('{EXIT}' 'I32')" in refuse(with_entry(EXIT, dtype="I32"))


def test_missing_and_unexpected_tensors(refuse: Callable[[bytes], str]) -> None:
    header = {name: entry for name, entry in HEADER.items() if not name.startswith("text.layers")}
    text = refuse(put_together(header | {"extra\n": HEADER[EXIT]}, BODY))
    assert "12 missing ('text.layers.0.attention_norm.weight', " in text
    assert ", ...); 1 unexpected ('extra\\n')" in text


def test_a_configuration_of_another_network(refuse: Callable[[bytes], str]) -> None:
    assert "of another shape" in refuse(with_configuration(embedding_width=16))
    assert "missing" in refuse(with_configuration(blocks=2))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"widths": [2048, 10**12]}, "widths"),
        ({"blocks": 10**9}, "blocks"),
        ({"text_layers": 10**9}, "text_layers"),
        ({"context_width": 10**9}, "context_width"),
        ({"widths": [2048, 2048], "context_width": 2048}, "asks for too much memory"),
    ],
)
def test_a_terabyte_is_refused_before_it_is_taken(
    refuse: Callable[[bytes], str], changes: dict[str, object], words: str
) -> None:
    assert words in refuse(with_configuration(**changes))


def test_a_network_far_too_large_is_not_even_built(
    refuse: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(checkpoint, "Denoiser")
    changes = {"size": 1024, "widths": [2048] * 6, "attention": [True] * 6, "blocks": 8}
    assert "asks for too much memory" in refuse(with_configuration(**changes))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers(tmp_path: Path, number: float) -> None:
    network = random_network()
    network.state_dict()[EXIT][1] = number
    path = tmp_path / "network.safetensors"
    path.write_bytes(serialise(network))
    with pytest.raises(InputError, match="no finite numbers") as caught:
        open_checkpoint(path)
    assert caught.value.given == f"1 tensors ('{EXIT}')"


def test_a_number_too_large_for_float32(tmp_path: Path) -> None:
    network = random_network().double()
    network.state_dict()[EXIT][0] = 1e300
    path = tmp_path / "network.safetensors"
    path.write_bytes(serialise(network, torch.float64))
    with pytest.raises(InputError, match="no finite numbers"):
        open_checkpoint(path)
