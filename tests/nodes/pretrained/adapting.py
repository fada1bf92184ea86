"""Adapters with random numbers, in the formats that people have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

Format = Literal["peft", "diffusers", "kohya"]
RANK, ALPHA = 2, 3.0
UNET = (
    *("attn1.to_q", "attn2.to_k", "attn2.to_v", "attn1.to_out.0", "ff.net.0.proj", "proj_in"),
    *("conv1", "conv_shortcut", "time_emb_proj", "downsamplers.0.conv", "upsamplers.0.conv", "conv_in"),
)
TEXT = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
"""Layers, by the ends of their names."""
SIDES = {
    "peft": ("{}.{}.lora_A.weight", "{}.{}.lora_B.weight"),
    "diffusers": ("{}.{}.lora.down.weight", "{}.{}.lora.up.weight"),
    "kohya": ("lora_{}_{}.lora_down.weight", "lora_{}_{}.lora_up.weight"),
}
SHORT = {"unet": "unet", "text_encoder": "te", "text_encoder_2": "te2"}


class Layer(NamedTuple):
    """The factors of a layer of a component."""

    component: str
    name: str
    down: Tensor
    up: Tensor


def random_layers(component: str, network: nn.Module, ends: tuple[str, ...], seed: int) -> Iterator[Layer]:
    """Factors for the layers whose names end so, large enough to be seen."""
    draw = torch.Generator().manual_seed(seed)
    for name, module in network.named_modules():
        if name.endswith(ends) and isinstance(module, nn.Linear | nn.Conv2d):
            weight = module.weight
            ones = (1,) * (weight.ndim - 2)
            down = torch.randn(RANK, *weight.shape[1:], generator=draw) / weight[0].numel() ** 0.5
            yield Layer(component, name, down, torch.randn(weight.shape[0], RANK, *ones, generator=draw))


def written(path: Path, layers: list[Layer], kind: Format) -> Path:
    """The file, with alpha in kohya's format; elsewhere alpha/rank is multiplied into the factors."""
    tensors = dict[str, Tensor]()
    for component, name, down, up in layers:
        if kind == "kohya":
            layer = (SHORT[component], name.replace(".", "_"))
            tensors[f"lora_{layer[0]}_{layer[1]}.alpha"] = torch.tensor(ALPHA)
        else:
            layer = (component, name)
        tensors[SIDES[kind][0].format(*layer)] = down
        tensors[SIDES[kind][1].format(*layer)] = up if kind == "kohya" else up * ALPHA / RANK
    save_file(tensors, path)
    return path
