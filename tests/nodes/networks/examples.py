"""Small networks and files made of them, for the tests beside."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import nn

from nodes.networks.checkpoint import serialise
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser

DIGITS = Path(__file__).parents[3] / "assets" / "weights" / "digits.safetensors"

SMALL = NetworkConfiguration(
    channels=1,
    size=8,
    patch=2,
    widths=(16, 32),
    attention=(False, True),
    blocks=1,
    embedding_width=8,
    context_width=8,
    text_layers=1,
    text_heads=2,
    vocabulary=("zero", "one", "cat"),
    prompt_length=3,
    sigma_data=0.5,
    sigma_min=0.01,
    sigma_max=40.0,
    title="small",
)


def random_network(configuration: NetworkConfiguration = SMALL, seed: int = 0) -> Denoiser:
    """A network with every weight random, so that no branch is silent."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Denoiser(configuration)
        for parameter in network.parameters():
            nn.init.normal_(parameter, std=0.1)
    return network.eval().requires_grad_(requires_grad=False)


def small_file() -> bytes:
    return serialise(random_network(), torch.float32)


def take_apart(content: bytes) -> tuple[dict[str, object], bytes]:
    """The header of a safetensors file and the bytes after it."""
    end = 8 + int.from_bytes(content[:8], "little")
    header: dict[str, object] = json.loads(content[8:end])
    return header, content[end:]


def put_together(header: object, body: bytes) -> bytes:
    return with_raw_header(json.dumps(header).encode(), body)


def with_raw_header(raw: bytes, body: bytes) -> bytes:
    return len(raw).to_bytes(8, "little") + raw + body
