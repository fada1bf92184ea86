"""What a file of weights is, by the names and shapes of its tensors, as their makers have published them.

The layouts are those of the original repositories (CompVis, Stability, Black Forest Labs, Facebook's DiT) and those of
the diffusers and transformers libraries; a name that no rule knows leaves the file unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from nodes.library.records import UNKNOWN
from nodes.library.weights import Weights
from nodes.networks.configuration import KEY

Shapes = Mapping[str, tuple[int, ...]]

CONTEXTS = {768: "SD1", 1024: "SD2", 2048: "SDXL", 1280: "SDXL refiner"}
"""Families of U-Nets by the width of the text that their attention reads."""

ADAPTERS = (".lora_A.weight", ".lora_down.weight", "lora.down.weight", "lora_linear_layer.down.weight")
"""Ends of the names of an adapter's first halves, by who wrote it."""

BUNDLED = ("first_stage_model.", "cond_stage_model.", "conditioner.", "text_encoders.", "vae.")
"""Beginnings of names of what a checkpoint holds besides the network."""

TRANSFORMERS = (
    ("Flux", ("double_blocks.0.img_attn.norm",)),
    ("Flux", ("single_transformer_blocks.0.", "transformer_blocks.0.attn.add_k_proj")),
    ("SD3", ("joint_blocks.0.context_block",)),
    ("SD3", ("pos_embed.proj.weight", "transformer_blocks.0.attn.add_k_proj")),
    ("DiT", ("y_embedder.embedding_table.weight", "x_embedder.proj.weight")),
    ("DiT", ("pos_embed.proj.weight", "transformer_blocks.0.norm1.emb.class_embedder")),
)
"""Families of transformers by parts of names that all have to occur."""

PARTS = (
    ("ControlNet", ("control_model.input_blocks.",)),
    ("ControlNet", ("controlnet_cond_embedding.",)),
    ("ControlNet", ("input_hint_block.",)),
    ("ControlNet", ("controlnet_blocks.0.",)),
    ("CLIP text and picture encoders", ("text_model.encoder.layers.0.", "vision_model.encoder.layers.0.")),
    ("CLIP picture encoder", ("vision_model.encoder.layers.0.",)),
    ("CLIP text encoder", ("text_model.encoder.layers.0.",)),
    ("CLIP text encoder", ("embeddings.token_embedding.weight", "encoder.layers.0.self_attn.")),
    ("T5 text encoder", ("encoder.block.0.layer.0.SelfAttention.",)),
    ("VAE", ("decoder.up_blocks.0.", "decoder.mid_block.")),
    ("VAE", ("decoder.up.0.block.0.", "decoder.mid.")),
    ("tiny VAE", ("decoder.layers.0.",)),
    ("textual inversion", ("emb_params",)),
    ("textual inversion", ("clip_g", "clip_l")),
)
"""What else there is, by parts of names; the first that fits is meant."""

PICTURE_AND_MASK, PICTURE_TWICE = 9, 8
"""Input channels of U-Nets of 4 latent channels that also take a masked picture and its mask, or a picture."""


def kind_of(weights: Weights) -> str:
    """What the file is, in a few words."""
    names = weights.shapes
    if KEY in weights.metadata:
        return "Noiseloom network"
    if any(name.endswith(ADAPTERS) for name in names):
        return f"LoRA for {family}" if (family := _of_adapter(names)) else "LoRA"
    controls = next((kind for kind, signs in PARTS if kind == "ControlNet" and _has(names, signs)), "")
    family = "" if controls else _of_network(names)
    if family:
        return (
            f"{family} {'checkpoint' if any(name.startswith(BUNDLED) for name in names) else 'network'}{_more(names)}"
        )
    return next((kind for kind, signs in PARTS if _has(names, signs)), UNKNOWN)


def _of_network(names: Shapes) -> str:
    found = next((kind for kind, signs in TRANSFORMERS if _has(names, signs)), "")
    if found:
        return found
    original = _has(names, ("input_blocks.0.0.weight", "middle_block.", "time_embed."))
    diffusers = _has(names, ("conv_in.weight", "down_blocks.0.", "time_embedding.linear_1."))
    if not original and not diffusers:
        return ""
    width = next((shape[-1] for name, shape in names.items() if name.endswith("attn2.to_k.weight") and shape), 0)
    return CONTEXTS.get(width, "U-Net") if width else "unconditional U-Net"


def _of_adapter(names: Shapes) -> str:
    """The family that an adapter changes."""
    if _has(names, ("single_transformer_blocks",)) or _has(names, ("double_blocks",)):
        return "Flux"
    if _has(names, ("joint_blocks",)) or _has(names, ("add_k_proj",)):
        return "SD3"
    for name, shape in names.items():
        if "attn2" in name and "to_k" in name and name.endswith(ADAPTERS) and shape:
            return CONTEXTS.get(shape[-1], "")
    return ""


def _more(names: Shapes) -> str:
    """What a U-Net takes besides its latents."""
    first = ("input_blocks.0.0.weight", "conv_in.weight")
    shape = next((shape for name, shape in names.items() if name.endswith(first) and len(shape) > 1), (0, 0))
    return {PICTURE_AND_MASK: ", inpainting", PICTURE_TWICE: ", editing"}.get(shape[1], "")


def _has(names: Shapes, signs: tuple[str, ...]) -> bool:
    return all(any(sign in name for name in names) for sign in signs)
