"""Weights by the names of the original layouts, from those of diffusers: the way back, written independently."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import torch
from torch import Tensor

Weights: TypeAlias = Mapping[str, Tensor]
UNET = {
    "conv_in.": "input_blocks.0.0.",
    "time_embedding.linear_1.": "time_embed.0.",
    "time_embedding.linear_2.": "time_embed.2.",
    "add_embedding.linear_1.": "label_emb.0.0.",
    "add_embedding.linear_2.": "label_emb.0.2.",
    "mid_block.resnets.0.": "middle_block.0.",
    "mid_block.attentions.0.": "middle_block.1.",
    "mid_block.resnets.1.": "middle_block.2.",
    "conv_norm_out.": "out.0.",
    "conv_out.": "out.2.",
}
RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
FLUX = {
    "x_embedder": "img_in",
    "context_embedder": "txt_in",
    "time_text_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_text_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "time_text_embed.text_embedder.linear_1": "vector_in.in_layer",
    "time_text_embed.text_embedder.linear_2": "vector_in.out_layer",
    "time_text_embed.guidance_embedder.linear_1": "guidance_in.in_layer",
    "time_text_embed.guidance_embedder.linear_2": "guidance_in.out_layer",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
    "proj_out": "final_layer.linear",
}
DOUBLE = {
    "norm1.linear": "img_mod.lin",
    "norm1_context.linear": "txt_mod.lin",
    "attn.to_q+attn.to_k+attn.to_v": "img_attn.qkv",
    "attn.add_q_proj+attn.add_k_proj+attn.add_v_proj": "txt_attn.qkv",
    "attn.to_out.0": "img_attn.proj",
    "attn.to_add_out": "txt_attn.proj",
    "attn.norm_q": "img_attn.norm.query_norm",
    "attn.norm_k": "img_attn.norm.key_norm",
    "attn.norm_added_q": "txt_attn.norm.query_norm",
    "attn.norm_added_k": "txt_attn.norm.key_norm",
    "ff.net.0.proj": "img_mlp.0",
    "ff.net.2": "img_mlp.2",
    "ff_context.net.0.proj": "txt_mlp.0",
    "ff_context.net.2": "txt_mlp.2",
}
SINGLE = {
    "norm.linear": "modulation.lin",
    "attn.to_q+attn.to_k+attn.to_v+proj_mlp": "linear1",
    "attn.norm_q": "norm.query_norm",
    "attn.norm_k": "norm.key_norm",
    "proj_out": "linear2",
}
SD3 = {
    "pos_embed.proj": "x_embedder.proj",
    "context_embedder": "context_embedder",
    "time_text_embed.timestep_embedder.linear_1": "t_embedder.mlp.0",
    "time_text_embed.timestep_embedder.linear_2": "t_embedder.mlp.2",
    "time_text_embed.text_embedder.linear_1": "y_embedder.mlp.0",
    "time_text_embed.text_embedder.linear_2": "y_embedder.mlp.2",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
    "proj_out": "final_layer.linear",
}
JOINT = {
    "norm1.linear": "x_block.adaLN_modulation.1",
    "norm1_context.linear": "context_block.adaLN_modulation.1",
    "attn.to_q+attn.to_k+attn.to_v": "x_block.attn.qkv",
    "attn.add_q_proj+attn.add_k_proj+attn.add_v_proj": "context_block.attn.qkv",
    "attn2.to_q+attn2.to_k+attn2.to_v": "x_block.attn2.qkv",
    "attn.to_out.0": "x_block.attn.proj",
    "attn2.to_out.0": "x_block.attn2.proj",
    "attn.to_add_out": "context_block.attn.proj",
    "attn.norm_q": "x_block.attn.ln_q",
    "attn.norm_k": "x_block.attn.ln_k",
    "attn2.norm_q": "x_block.attn2.ln_q",
    "attn2.norm_k": "x_block.attn2.ln_k",
    "attn.norm_added_q": "context_block.attn.ln_q",
    "attn.norm_added_k": "context_block.attn.ln_k",
    "ff.net.0.proj": "x_block.mlp.fc1",
    "ff.net.2": "x_block.mlp.fc2",
    "ff_context.net.0.proj": "context_block.mlp.fc1",
    "ff_context.net.2": "context_block.mlp.fc2",
}


def unet(weights: Weights, layers: int) -> dict[str, Tensor]:
    """A UNet's, with so many residual blocks a level."""

    def back(name: str) -> str:
        for new, old in UNET.items():
            if name.startswith(new):
                name = old + name.removeprefix(new)
                return inner(name) if old in {"middle_block.0.", "middle_block.2."} else name
        found = re.fullmatch(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", name)
        assert found is not None, name
        side, level, layer = found[1], int(found[2]), int(found[4])
        at = level * (layers + 1)
        kind, rest = found[3], found[5]
        if kind == "downsamplers":
            return f"input_blocks.{at + layers + 1}.0.op.{rest.removeprefix('conv.')}"
        if kind == "upsamplers":
            attended = any(other.startswith(f"up_blocks.{level}.attentions.") for other in weights)
            return f"output_blocks.{at + layers}.{1 + attended}.{rest}"
        block = f"input_blocks.{1 + at + layer}" if side == "down" else f"output_blocks.{at + layer}"
        return f"{block}.1.{rest}" if kind == "attentions" else f"{block}.0.{inner(rest)}"

    def inner(name: str) -> str:
        for new, old in RESNET.items():
            name = name.replace(new, old)
        return name

    return {back(name): tensor for name, tensor in weights.items()}


def vae(weights: Weights, levels: int) -> dict[str, Tensor]:
    """A VAE's, with so many levels."""
    found = dict[str, Tensor]()
    for name, tensor in weights.items():
        old = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
        old = re.sub(r"down_blocks\.(\d+)\.resnets\.", r"down.\1.block.", old)
        old = re.sub(r"down_blocks\.(\d+)\.downsamplers\.0\.", r"down.\1.downsample.", old)
        old = re.sub(r"up_blocks\.(\d+)\.resnets\.", lambda at: f"up.{levels - 1 - int(at[1])}.block.", old)
        old = re.sub(r"up_blocks\.(\d+)\.upsamplers\.0\.", lambda at: f"up.{levels - 1 - int(at[1])}.upsample.", old)
        old = re.sub(r"mid_block\.resnets\.(\d)\.", lambda at: f"mid.block_{int(at[1]) + 1}.", old)
        if "mid_block.attentions.0." in old:
            old = old.replace("mid_block.attentions.0.", "mid.attn_1.").replace("to_out.0", "proj_out")
            old = old.replace("group_norm", "norm").replace("to_", "")
        pixel = ".attn_1." in old and tensor.ndim == 2
        found[old] = tensor[:, :, None, None] if pixel else tensor
    return found


def open_clip(weights: Weights) -> dict[str, Tensor]:
    """OpenCLIP's, with its first layers' queries, keys and values in one."""
    found = dict[str, Tensor]()
    for name, tensor in weights.items():
        old = name.removeprefix("text_model.")
        if old == "text_projection.weight":
            found["text_projection"] = tensor.T.contiguous()
            continue
        old = old.replace("embeddings.token_embedding", "token_embedding").replace("final_layer_norm", "ln_final")
        old = old.replace("embeddings.position_embedding.weight", "positional_embedding")
        old = old.replace("encoder.layers.", "transformer.resblocks.").replace("layer_norm", "ln_")
        old = old.replace("mlp.fc1", "mlp.c_fc").replace("mlp.fc2", "mlp.c_proj").replace("self_attn", "attn")
        if ".attn.q_proj." in old:
            three = [weights[name.replace("q_proj", f"{which}_proj")] for which in "qkv"]
            found[old.replace("q_proj.", "in_proj_")] = torch.cat(three)
        elif ".k_proj." not in old and ".v_proj." not in old:
            found[old] = tensor
    return found


def flux(weights: Weights) -> dict[str, Tensor]:
    """FLUX.1's."""
    found = _table(weights, FLUX)
    for new, old, names in (
        ("transformer_blocks", "double_blocks", DOUBLE),
        ("single_transformer_blocks", "single_blocks", SINGLE),
    ):
        for number in _numbers(weights, new):
            block = _beneath(weights, f"{new}.{number}.")
            found |= {f"{old}.{number}.{name}": tensor for name, tensor in _table(block, names).items()}
    found = {re.sub(r"(query|key)_norm\.weight$", r"\1_norm.scale", name): tensor for name, tensor in found.items()}
    return _turned(found, lambda name: name.startswith("final_layer.adaLN"))


def sd3(weights: Weights) -> dict[str, Tensor]:
    """Stable Diffusion 3's."""
    found = {"pos_embed": weights["pos_embed.pos_embed"], **_table(weights, SD3)}
    numbers = _numbers(weights, "transformer_blocks")
    for number in numbers:
        block = _table(_beneath(weights, f"transformer_blocks.{number}."), JOINT)
        found |= {f"joint_blocks.{number}.{name}": tensor for name, tensor in block.items()}
    last = f"joint_blocks.{max(numbers)}.context_block.adaLN"
    return _turned(found, lambda name: name.startswith(("final_layer.adaLN", last)))


def under(prefix: str, weights: Weights) -> dict[str, Tensor]:
    """The weights with a prefix before their names, each with memory of its own, as files want it."""
    return {prefix + name: tensor.clone().contiguous() for name, tensor in weights.items()}


def _table(weights: Weights, names: Mapping[str, str]) -> dict[str, Tensor]:
    found = dict[str, Tensor]()
    for new, old in names.items():
        for end in ("weight", "bias"):
            parts = [weights.get(f"{name}.{end}") for name in new.split("+")]
            there = [part for part in parts if part is not None]
            if there:
                found[f"{old}.{end}"] = torch.cat(there) if len(there) > 1 else there[0]
    return found


def _numbers(weights: Iterable[str], prefix: str) -> list[int]:
    return sorted({int(name.split(".")[1]) for name in weights if name.startswith(f"{prefix}.")})


def _beneath(weights: Weights, prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def _turned(weights: Weights, which: Callable[[str], bool]) -> dict[str, Tensor]:
    """Scale and shift as shift and scale."""
    return {name: torch.cat(list(tensor.chunk(2))[::-1]) if which(name) else tensor for name, tensor in weights.items()}
