"""Autoencoders of other people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import torch

from graphs import Estimate, FilePath, InputError, RunContext, also, node
from nodes.contracts.codec import Codec
from nodes.pretrained.opening import source_of
from nodes.pretrained.parts import Parts
from nodes.pretrained.vae import LatentCodec

Source: TypeAlias = Annotated[str | Path | None, FilePath(folder=True), also("vae", "vae_name", "checkpoint")]


@node(cost=Estimate())
def pretrained(*, source: Source = None, allow_pickle: bool = False, run: RunContext) -> Codec:
    """The VAE of a checkpoint, or one by itself: a folder as diffusers writes it, or a file; also "hub:OWNER/NAME".

    z = (μ(x) − shift)·scale, with μ the mean of the posterior, and x = D(z/scale + shift) back; [3, H, W] ↔ [4, H/8,
    W/8] of Stable Diffusion (Rombach et al. 2022, arXiv:2112.10752). In float32, in which none of them overflows. It
    takes latents of its own format only: other channels, another scale or another shift are refused. For large
    pictures: codec.tiled. Cost: no NFE. Errors: no VAE in the checkpoint; weights that are pickles.
    """
    if source is None:
        raise InputError(
            "no checkpoint is chosen",
            where="source",
            allowed="a VAE, or a checkpoint that has one",
            mend='set `source` to {"file": path} or "hub:OWNER/NAME"; `noiseloom models` lists what is here',
        )
    found = source_of(Path(source), pickles=allow_pickle)
    found.require("vae", "VAE")
    return LatentCodec(Parts(found, torch.float32, run.device, run.residents))
