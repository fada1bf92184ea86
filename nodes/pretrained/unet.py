"""One call of a UNet of diffusers, with all that may be added to it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.changes import Changes
from nodes.contracts.cond import Cond
from nodes.pretrained.configs import Config, whole
from nodes.pretrained.control import Told, residuals
from nodes.pretrained.parts import Parts

EXTRA = "concat"
"""The entry of a condition that is laid beside the point, as more channels: the mask and what is known."""


def ask_unet(
    parts: Parts, x: Tensor, time: Tensor, entries: Mapping[str, Tensor], changes: Changes, told: Told
) -> Tensor:
    """The UNet's output for points [B, C, H, W] at its times [B].

    `told` are its other arguments, row-aligned, as encoder_hidden_states. The condition's entry `concat` lies beside
    the point, and what ControlNets among the changes say is added inside.
    """
    added = residuals(x, time, changes, told)
    beside = entries.get(EXTRA)
    point = x if beside is None else torch.cat([x, beside.to(x.dtype)], 1)
    with parts.working("unet") as network:
        output: Tensor = network(point, time, **told, **added, return_dict=False)[0]
    return output


def check_extra(config: Config, channels: int, x: Tensor, cond: Cond) -> None:
    """`InputError` unless the condition has as many more channels as the UNet reads besides the point's."""
    wanted = whole(config, "in_channels", channels) - channels
    beside = cond.entries.get(EXTRA)
    given = 0 if beside is None else beside.shape[1]
    if wanted and beside is None:
        raise InputError(
            "this checkpoint inpaints: it has to be told the mask and what is known, in every condition",
            where="positive and negative",
            given=f"a condition of {cond.describe()}",
            allowed=f"a condition with {wanted} more channels of the latents' size",
            mend="put cond.inpaint behind each cond.prompt, that of `negative` too, if only with the empty text",
        )
    if given != wanted:
        raise InputError(
            "the condition has channels beside the latents that this checkpoint does not read",
            given=f"{given} more channels",
            allowed=f"{wanted} more channels",
            mend="wire the condition without cond.inpaint; solver.inpaint paints with any model"
            if not wanted
            else "wire the codec of this checkpoint to cond.inpaint",
        )
    if beside is not None and beside.shape[-2:] != x.shape[-2:]:
        raise InputError(
            "the picture that is painted on is of another size than the sample",
            given=f"latents of {list(beside.shape[-2:])}",
            allowed=f"latents of {list(x.shape[-2:])}",
            mend="resize the picture and the mask to the size of the sample",
        )
