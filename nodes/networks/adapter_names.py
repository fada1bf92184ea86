"""How the tensors of an adapter's file are named: which layer, and which side of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from torch import Tensor

Side: TypeAlias = Literal["down", "up", "alpha"]

ENDINGS: tuple[tuple[str, Side], ...] = (
    (".lora_A.weight", "down"),
    (".lora_B.weight", "up"),
    (".lora_A.default.weight", "down"),
    (".lora_B.default.weight", "up"),
    (".lora_down.weight", "down"),
    (".lora_up.weight", "up"),
    (".lora_linear_layer.down.weight", "down"),
    (".lora_linear_layer.up.weight", "up"),
    (".lora.down.weight", "down"),
    (".lora.up.weight", "up"),
    ("_lora.down.weight", "down"),
    ("_lora.up.weight", "up"),
    (".alpha", "alpha"),
)
"""What follows a layer's name: of PEFT, of kohya's scripts, of diffusers now and before."""
WRAPPED = "base_model.model."
"""What PEFT puts before the names of the layers of the network that it wraps."""
OTHER_KINDS = {
    "dora_scale": "DoRA",
    "lora_magnitude_vector": "DoRA",
    "hada_": "LoHa",
    "lokr_": "LoKr",
    "lora_mid": "a LoRA with a middle factor",
    "oft_": "OFT",
    "oft_blocks": "OFT",
    ".diff": "full differences",
    "glora": "GLoRA",
    "ia3": "IA3",
}
"""Adapters that are no product of two factors, by what stands in the names of their tensors."""


class Sides(NamedTuple):
    """A file's tensors by layer, and those that belong to no LoRA."""

    down: dict[str, Tensor]
    up: dict[str, Tensor]
    alpha: dict[str, Tensor]
    others: list[str]


def sides_of(tensors: Mapping[str, Tensor]) -> Sides:
    """Each tensor where it belongs, by its name."""
    found = Sides({}, {}, {}, [])
    for name, tensor in tensors.items():
        layer, side = _split(name)
        match side:
            case "down":
                found.down[layer] = tensor
            case "up":
                found.up[layer] = tensor
            case "alpha" if tensor.numel() == 1:
                found.alpha[layer] = tensor
            case _:
                found.others.append(name)
    return found


def kind_of(name: str) -> str:
    """What sort of adapter a tensor that belongs to no LoRA is part of, as far as its name tells."""
    return next((kind for part, kind in OTHER_KINDS.items() if part in name), "another kind")


def _split(name: str) -> tuple[str, Side | None]:
    for ending, side in ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending).removeprefix(WRAPPED), side
    return name, None
