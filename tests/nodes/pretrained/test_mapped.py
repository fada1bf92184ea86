"""A checkpoint's weights lie in its files, are opened once, and make room without changing an answer."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from graphs.running.budgets import Budgets
from graphs.running.context import Meter, RunContext
from graphs.running.residents import Residents
from nodes.cond.prompt import prompt
from nodes.contracts.asking import predict
from nodes.model.pretrained import Opened, pretrained
from nodes.pretrained.folder import Folder
from nodes.pretrained.mapped import weights_at
from nodes.pretrained.parts import Parts
from tests.nodes.gaussian import context, query
from tests.nodes.networks.test_weights import mapped_ranges
from tests.nodes.pretrained.matching import noise
from tests.nodes.pretrained.tiny import stable_diffusion

NETWORKS = ("unet", "vae", "text_encoder")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable Diffusion, tiny."""
    folder = tmp_path_factory.mktemp("tiny")
    stable_diffusion(folder, "epsilon").save_pretrained(folder / "checkpoint")
    return folder / "checkpoint"


def network_of(parts: Parts, name: str) -> nn.Module:
    """A network, as it is where it computes."""
    with parts.working(name) as network:
        return network


def opened(folder: Path, residents: Residents) -> Opened:
    """By our node."""
    return pretrained(source=folder, run=RunContext(Meter(), residents=residents))


def answer(found: Opened) -> Tensor:
    """Of the network to a text."""
    x = noise(4, 16, 16)
    asked = query(x, 1.5, cond=prompt(found.model, text="a cat\ndog"))
    return predict(found.model, asked, context()).x0


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says where a file is mapped")
@pytest.mark.parametrize("name", NETWORKS)
def test_every_weight_lies_in_the_mapped_file(checkpoint: Path, name: str) -> None:
    network = network_of(Parts(Folder(checkpoint), torch.float32, "cpu"), name)
    path = weights_at(checkpoint / name)
    assert path is not None
    ranges = mapped_ranges(path)
    assert all(any(entry.data_ptr() in span for span in ranges) for entry in network.parameters())


def test_a_dtype_that_is_asked_for_is_computed_with(checkpoint: Path) -> None:
    network = network_of(Parts(Folder(checkpoint), torch.bfloat16, "cpu"), "unet")
    assert {entry.dtype for entry in network.parameters()} == {torch.bfloat16}


def test_weights_by_the_names_of_an_earlier_version_are_left_to_the_library(checkpoint: Path, tmp_path: Path) -> None:
    kind = import_module("diffusers").AutoencoderKL
    before = kind.from_pretrained(checkpoint / "vae")
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    path = weights_at(checkpoint / "vae")
    assert path is not None
    tensors = load_file(path)
    for new, name in old.items():
        tensors = {key.replace(f".{new}.", f".{name}."): tensor for key, tensor in tensors.items()}
    (tmp_path / "vae").mkdir()
    save_file(tensors, tmp_path / "vae" / path.name, {"format": "pt"})
    (tmp_path / "vae" / "config.json").write_bytes((checkpoint / "vae" / "config.json").read_bytes())
    (tmp_path / "model_index.json").write_text('{"_class_name": "X", "vae": ["diffusers", "AutoencoderKL"]}')
    after = Folder(tmp_path).network("vae", torch.float32).state_dict()
    assert "query" in "".join(tensors)
    assert all(torch.equal(after[name], tensor) for name, tensor in before.state_dict().items())


def test_nodes_and_runs_share_the_networks_of_a_checkpoint(checkpoint: Path) -> None:
    residents = Residents()
    one, two = (Parts(Folder(checkpoint), torch.float32, "cpu", residents) for _ in range(2))
    assert all(network_of(one, name) is network_of(two, name) for name in NETWORKS)
    other = Parts(Folder(checkpoint), torch.float32, "cpu")
    assert network_of(one, "unet") is not network_of(other, "unet")


def test_parts_that_do_not_fit_together_answer_as_those_that_do(checkpoint: Path) -> None:
    small, large = Residents(Budgets({"*": 1})), Residents(Budgets({"*": 2**40}))
    assert torch.equal(answer(opened(checkpoint, small)), answer(opened(checkpoint, large)))
    assert large.held("cpu") > small.held("cpu")
