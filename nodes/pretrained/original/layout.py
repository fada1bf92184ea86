"""What a single file holds: the family, by its tensors' names and shapes, and its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from nodes.pretrained.configs import Config
from nodes.pretrained.original import flux, known, sd3, text, unet, vae
from nodes.pretrained.original.part import Part, Tensors, beneath

NETWORK = ("model.diffusion_model.", "")
VAE = ("first_stage_model.", "vae.")
CLIP = ("cond_stage_model.transformer.", "conditioner.embedders.0.transformer.", "text_encoders.clip_l.transformer.")
CLIP_G = ("text_encoders.clip_g.transformer.",)
OPEN_CLIP = ("cond_stage_model.model.",)
OPEN_CLIP_XL = ("conditioner.embedders.1.model.", "conditioner.embedders.0.model.")
T5 = ("text_encoders.t5xxl.transformer.",)
"""What the names of each part begin with."""
CONTEXT = "middle_block.1.transformer_blocks.0.attn2.to_k.weight"
SD2_CONTEXT, XL_CONTEXT, REFINER_CONTEXT = 1024, 2048, 1280
"""Numbers of a token that the families' UNets read."""
POOLED = 1280
"""Numbers of a text's vector of Stable Diffusion XL."""
EXTRA = {9: "Inpaint", 8: "InstructPix2Pix", 7: "Upscale", 5: "Depth2Img"}
"""What a UNet is for, by its input channels, where those are not the latent's alone."""

Makers: TypeAlias = Mapping[str, Callable[[], Part]]


@dataclass(frozen=True)
class Layout:
    """A pipeline's class, how each part is made, and configurations of what is no network or not in the file."""

    kind: str
    makers: Makers
    configs: Mapping[str, Config] = field(default_factory=dict)
    settings: Config = field(default_factory=dict)


def layout_of(tensors: Tensors, metadata: Mapping[str, str]) -> Layout | None:
    """The layout of a file; None where it is of no family that is known."""
    network = beneath(tensors, *NETWORK)
    if unet.FIRST in network and CONTEXT in network:
        label = unet.LABEL in network
        return (_xl if label else _sd)(tensors, metadata, network)
    if sd3.FIRST in network:
        return _sd3(tensors, network)
    if flux.FIRST in network and "vector_in.in_layer.weight" in network:
        return _flux(tensors, network)
    alone = beneath(tensors, *VAE, "")
    if vae.FIRST in alone and "decoder.up.0.block.0.conv1.weight" in alone:
        return Layout("AutoencoderKL", {"vae": lambda: vae.vae(alone, _lone(alone))})
    return None


def _sd(tensors: Tensors, metadata: Mapping[str, str], network: Tensors) -> Layout:
    """Stable Diffusion 1 and 2."""
    opened = beneath(tensors, *OPEN_CLIP)
    second = bool(opened) or network[CONTEXT].shape[1] == SD2_CONTEXT
    # Of Stable Diffusion 2 the model for 768 pixels predicts v, that for 512 ε; their tensors are alike.
    scheduler = known.table(tensors, metadata, "v_prediction" if second else "epsilon")
    side = 96 if second and scheduler["prediction_type"] == "v_prediction" else 64
    makers: dict[str, Callable[[], Part]] = {"unet": lambda: unet.unet(network, side, 0)}
    if opened:
        makers["text_encoder"] = lambda: text.open_clip(opened, projected=False)
    elif first := beneath(tensors, *CLIP):
        makers["text_encoder"] = lambda: text.clip(first, activation="quick_gelu", projected=False)
    kind = f"StableDiffusion{EXTRA.get(network[unet.FIRST].shape[1], '')}Pipeline"
    return _with_vae(kind, tensors, makers, scheduler, 4, known.SD)


def _xl(tensors: Tensors, metadata: Mapping[str, str], network: Tensors) -> Layout:
    """Stable Diffusion XL and its refiner, which has the second encoder only."""
    first, second = beneath(tensors, *CLIP), beneath(tensors, *OPEN_CLIP_XL)
    width = network[CONTEXT].shape[1]
    if not first and not second and width not in {XL_CONTEXT, REFINER_CONTEXT}:
        return Layout("StableUnCLIPPipeline", {})
    refiner = not first and (bool(second) or width == REFINER_CONTEXT)
    pooled = second["text_projection"].shape[1] if second else POOLED
    makers: dict[str, Callable[[], Part]] = {"unet": lambda: unet.unet(network, 128, pooled)}
    if first:
        makers["text_encoder"] = lambda: text.clip(first, activation="quick_gelu", projected=False)
    if second:
        makers["text_encoder_2"] = lambda: text.open_clip(second, projected=True)
    extra = EXTRA.get(network[unet.FIRST].shape[1], "Img2Img" if refiner else "")
    settings: Config = {"force_zeros_for_empty_prompt": not refiner, "requires_aesthetics_score": refiner}
    scheduler = known.table(tensors, metadata)
    return _with_vae(f"StableDiffusionXL{extra}Pipeline", tensors, makers, scheduler, 4, known.XL, settings)


def _sd3(tensors: Tensors, network: Tensors) -> Layout:
    makers: dict[str, Callable[[], Part]] = {"transformer": lambda: sd3.sd3(network)}
    for name, prefixes, activation in (("text_encoder", CLIP, "quick_gelu"), ("text_encoder_2", CLIP_G, "gelu")):
        if found := beneath(tensors, *prefixes):
            makers[name] = _projected(found, activation)
    if long := beneath(tensors, *T5):
        makers["text_encoder_3"] = lambda: text.t5(long)
    channels = network["x_embedder.proj.weight"].shape[1]
    return _with_vae("StableDiffusion3Pipeline", tensors, makers, known.flow(3.0), channels, known.SD3)


def _flux(tensors: Tensors, network: Tensors) -> Layout:
    makers: dict[str, Callable[[], Part]] = {"transformer": lambda: flux.flux(network)}
    if first := beneath(tensors, *CLIP):
        makers["text_encoder"] = lambda: text.clip(first, activation="quick_gelu", projected=False)
    if long := beneath(tensors, *T5):
        makers["text_encoder_2"] = lambda: text.t5(long)
    told = flux.GUIDED in network
    out, read = network["final_layer.linear.weight"].shape[0], network["img_in.weight"].shape[1]
    kind = "FluxPipeline" if read == out else "FluxFillPipeline"
    scheduler = known.flow(3.0 if told else 1.0, by_size=told)
    return _with_vae(kind, tensors, makers, scheduler, out // 4, known.FLUX)


def _projected(found: Tensors, activation: str) -> Callable[[], Part]:
    return lambda: text.clip(found, activation=activation, projected=True)


def _with_vae(
    kind: str,
    tensors: Tensors,
    makers: Makers,
    scheduler: Config,
    channels: int,
    numbers: Mapping[str, float],
    settings: Config | None = None,
) -> Layout:
    """The layout with the VAE of the file, or with what is known of the one that belongs to the family."""
    found, own = beneath(tensors, *VAE), dict(numbers)
    if vae.FIRST in found:
        return Layout(
            kind, {**makers, "vae": lambda: vae.vae(found, {**own})}, {"scheduler": scheduler}, settings or {}
        )
    configs = {"scheduler": scheduler, "vae": known.absent_vae(channels, {**own})}
    return Layout(kind, makers, configs, settings or {})


def _lone(tensors: Tensors) -> Config:
    """Of a VAE by itself: 4 channels may be of Stable Diffusion 1, 2 or XL, and are taken for the first two."""
    return {**(known.SD if tensors[vae.FIRST].shape[1] == 4 else known.FLUX)}  # noqa: PLR2004 - channels
