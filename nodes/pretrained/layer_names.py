"""The names that adapters' files have for the layers of checkpoints' networks.

Files of kohya's scripts write "_" for ".", so names are compared with "_" only. Besides the names of diffusers'
modules, a UNet's layers have those of the original code, as `input_blocks_4_1` for the first attention of the second
level.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

MAIN = "main"
"""The network that is sampled, whatever a file calls it."""
TEXTS = ("text_encoder", "text_encoder_2", "text_encoder_3")
PREFIXES = {
    "lora_unet_": MAIN,
    "lora_transformer_": MAIN,
    "lora_te_": TEXTS[0],
    "lora_te1_": TEXTS[0],
    "lora_te2_": TEXTS[1],
    "lora_te3_": TEXTS[2],
    "unet.": MAIN,
    "transformer.": MAIN,
    "diffusion_model.": MAIN,
    **{f"{name}.": name for name in TEXTS},
}
"""What a layer's name begins with, by the part of the checkpoint that it says."""
DEEPER = "text_model_"
"""What names within text encoders began with, until transformers 5."""
OLD = (
    (re.compile(r"_processor_(?=to_)"), "_"),
    (re.compile(r"_to_out$"), "_to_out_0"),
    (re.compile(r"(_self_attn)_to_([qkv])$"), r"\1_\2_proj"),
    (re.compile(r"(_self_attn)_to_out(_0)?$"), r"\1_out_proj"),
)
"""What diffusers wrote before."""
RESNET = {
    "conv1": "in_layers_2",
    "time_emb_proj": "emb_layers_1",
    "conv2": "out_layers_3",
    "conv_shortcut": "skip_connection",
}
"""The layers of a block of a UNet, in diffusers and in the original code."""
OUTSIDE = {
    "conv_in": "input_blocks_0_0",
    "time_embedding_linear_1": "time_embed_0",
    "time_embedding_linear_2": "time_embed_2",
    "add_embedding_linear_1": "label_emb_0_0",
    "add_embedding_linear_2": "label_emb_0_2",
    "conv_out": "out_2",
}
"""The layers outside the blocks."""
BLOCK = re.compile(r"(down|mid|up)_blocks?_(?:(\d+)_)?(resnets|attentions|downsamplers|upsamplers)_(\d+)_(.+)")


def component_of(layer: str) -> str:
    """The part of a checkpoint that a layer of a file is in; the network itself where the name does not say."""
    return next((part for prefix, part in PREFIXES.items() if layer.startswith(prefix)), MAIN)


def wanted(layer: str) -> Iterator[str]:
    """How the module of a file's layer may be spelled, the likeliest first."""
    prefix = next((prefix for prefix in PREFIXES if layer.startswith(prefix)), "")
    name = _plain(layer.removeprefix(prefix))
    yield name
    for pattern, now in OLD:
        name = pattern.sub(now, name)
    yield name


def spellings(modules: Collection[str]) -> dict[str, str]:
    """The modules by all spellings of their names; what diffusers calls one goes before what others call another."""
    plain = {_plain(name): name for name in modules}
    shape = _Shape.of(plain)
    original = {found: name for spelling, name in plain.items() if (found := _original(spelling, shape)) is not None}
    return {**original, **plain}


def _plain(name: str) -> str:
    return name.replace(".", "_").removeprefix(DEEPER)


class _Shape(NamedTuple):
    """How many blocks a level of a UNet has on the way down, and which levels on the way up have attention."""

    depth: int
    attentive: frozenset[int]

    @staticmethod
    def of(names: Collection[str]) -> _Shape:
        matches = [match for name in names if (match := BLOCK.fullmatch(name))]
        down = (int(match[4]) + 1 for match in matches if match[1] == "down" and match[3] == "resnets")
        up = (int(match[2]) for match in matches if match[1] == "up" and match[3] == "attentions")
        return _Shape(max(down, default=0), frozenset(up))


def _original(name: str, shape: _Shape) -> str | None:
    """The name in the original code of a UNet."""
    match = BLOCK.fullmatch(name)
    if match is None:
        return OUTSIDE.get(name)
    way, level, kind, number, rest = match[1], int(match[2] or 0), match[3], int(match[4]), match[5]
    inner = RESNET.get(rest, rest) if kind == "resnets" else rest
    begun = level * (shape.depth + 1)
    match way, kind:
        case "mid", _:
            return f"middle_block_{2 * number if kind == 'resnets' else 1}_{inner}"
        case "down", "downsamplers":
            return f"input_blocks_{begun + shape.depth + 1}_0_op"
        case "down", _:
            return f"input_blocks_{1 + begun + number}_{int(kind == 'attentions')}_{inner}"
        case _, "upsamplers":
            return f"output_blocks_{begun + shape.depth}_{1 + int(level in shape.attentive)}_{inner}"
        case _:
            return f"output_blocks_{begun + number}_{int(kind == 'attentions')}_{inner}"
