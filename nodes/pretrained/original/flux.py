"""The transformer of FLUX.1 (Black Forest Labs 2024) in its own layout."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from nodes.pretrained.configs import Config
from nodes.pretrained.original.part import Part, Tensors, count, renamed
from nodes.pretrained.original.sd3 import apart, turned

FIRST = "double_blocks.0.img_attn.norm.query_norm.scale"
GUIDED = "guidance_in.in_layer.weight"
"""What a network has that was distilled to be told a guidance scale."""
RULES = (
    (r"^time_in\.in_layer\.", "time_text_embed.timestep_embedder.linear_1."),
    (r"^time_in\.out_layer\.", "time_text_embed.timestep_embedder.linear_2."),
    (r"^vector_in\.in_layer\.", "time_text_embed.text_embedder.linear_1."),
    (r"^vector_in\.out_layer\.", "time_text_embed.text_embedder.linear_2."),
    (r"^guidance_in\.in_layer\.", "time_text_embed.guidance_embedder.linear_1."),
    (r"^guidance_in\.out_layer\.", "time_text_embed.guidance_embedder.linear_2."),
    (r"^txt_in\.", "context_embedder."),
    (r"^img_in\.", "x_embedder."),
    (r"^final_layer\.linear\.", "proj_out."),
    (r"^final_layer\.adaLN_modulation\.1\.", "norm_out.linear."),
    (r"^double_blocks\.", "transformer_blocks."),
    (r"\.img_mod\.lin\.", ".norm1.linear."),
    (r"\.txt_mod\.lin\.", ".norm1_context.linear."),
    (r"\.img_attn\.qkv\.", ".attn.to_@."),
    (r"\.txt_attn\.qkv\.", ".attn.add_@_proj."),
    (r"\.img_attn\.proj\.", ".attn.to_out.0."),
    (r"\.txt_attn\.proj\.", ".attn.to_add_out."),
    (r"\.img_attn\.norm\.(query|key)_norm\.scale$", r".attn.norm_\1.weight"),
    (r"\.txt_attn\.norm\.(query|key)_norm\.scale$", r".attn.norm_added_\1.weight"),
    (r"\.img_mlp\.0\.", ".ff.net.0.proj."),
    (r"\.img_mlp\.2\.", ".ff.net.2."),
    (r"\.txt_mlp\.0\.", ".ff_context.net.0.proj."),
    (r"\.txt_mlp\.2\.", ".ff_context.net.2."),
    (r"^single_blocks\.", "single_transformer_blocks."),
    (r"\.modulation\.lin\.", ".norm.linear."),
    (r"\.norm\.(query|key)_norm\.scale$", r".attn.norm_\1.weight"),
    (r"\.linear2\.", ".proj_out."),
    (r"norm_(added_)?(q|k)(?:uery|ey)\.", r"norm_\1\2."),
)
"""The names; @ stands for q, k and v, which lie in one tensor here."""


def flux(tensors: Tensors) -> Part:
    """The transformer of these tensors."""
    width, channels = tensors["img_in.weight"].shape
    head = tensors[FIRST].shape[0]
    config: Config = {
        "patch_size": 1,
        "in_channels": channels,
        "out_channels": tensors["final_layer.linear.weight"].shape[0],
        "num_layers": count(tensors, "double_blocks"),
        "num_single_layers": count(tensors, "single_blocks"),
        "attention_head_dim": head,
        "num_attention_heads": width // head,
        "joint_attention_dim": tensors["txt_in.weight"].shape[1],
        "pooled_projection_dim": tensors["vector_in.in_layer.weight"].shape[1],
        "guidance_embeds": GUIDED in tensors,
        "axes_dims_rope": [head // 8, head * 7 // 16, head * 7 // 16],
    }
    converted = dict(pair for name, tensor in tensors.items() for pair in _converted(name, tensor, width))
    return Part("diffusers", "FluxTransformer2DModel", config, converted)


def _converted(name: str, tensor: Tensor, width: int) -> Iterator[tuple[str, Tensor]]:
    place = renamed(name, RULES)
    if ".linear1." in place:
        yield from apart(place.replace(".linear1.", ".attn.to_@."), tensor[: 3 * width])
        yield place.replace(".linear1.", ".proj_mlp."), tensor[3 * width :]
    else:
        yield from apart(place, turned(tensor) if name.startswith("final_layer.adaLN_modulation") else tensor)
