"""What a checkpoint for inpainting is told."""

from __future__ import annotations

import math
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, RunContext, also, node
from nodes.contracts.codec import Codec, to_latents
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.solver.painting import mask_of

COLOURS, MIDDLE = 3, 127.5


@node(cost=Estimate())
def inpaint(
    cond: Cond,
    codec: Annotated[Codec, also("vae")],
    image: Annotated[Image, also("pixels")],
    mask: Image,
    *,
    run: RunContext,
) -> Cond:
    """A condition for checkpoints that were trained to inpaint, with 9 input channels (as arXiv:2112.10752, 4.5).

    Besides the text the network sees the mask, scaled to the latents' size by the nearest pixel, and the latents of the
    picture without what is to be made anew, which is grey: `concat` [R, 1 + C, h, w]. `mask` is white where the
    picture is made anew, from half white on; `codec` is the checkpoint's. Put one behind each prompt of guidance, the
    negative one, too: without it the network cannot be asked. R is as large as takes each combination of turns: of
    the prompts, the pictures and the masks, row r takes entry `origin mod` their number. The known part may still come
    out a little different, as the codec cannot draw every detail; lay it over the result where that matters.
    Cost: no NFE; the pictures encoded.
    Errors: a mask of another size than the picture; sizes that the codec does not take.
    """
    height, width = image.pixels.shape[1:3]
    anew = mask_of(mask, height, width, binarize=True)
    count = math.lcm(len(image.pixels), len(anew))
    turns = torch.arange(count)
    pixels = _coloured(image)[turns % len(image.pixels)] * (1 - anew[turns % len(anew)]).float()
    sample = Sample(
        pixels, torch.zeros(count, dtype=torch.float64), Space("pixels", (COLOURS, height, width)), Rows.first(0, count)
    )
    latents = to_latents(codec, sample.to(run.device), Context(run.meter)).x
    small = mask_of(mask, latents.shape[2], latents.shape[3], binarize=True)[turns % len(anew)]
    beside = torch.cat([moved(small.to(latents.dtype), latents.device), latents], 1)
    return with_entry(cond, "concat", beside)


def with_entry(cond: Cond, name: str, entry: Tensor) -> Cond:
    """The condition with one more entry [K, ...]; both take turns, as often as it needs to meet all combinations."""
    if name in cond.entries:
        raise InputError(
            "the condition has been told a picture already",
            where="cond",
            given=cond.describe(),
            mend="wire cond.prompt to it, not another cond.inpaint",
        )
    turns = torch.arange(math.lcm(len(cond), len(entry)))
    return Cond({**cond.gather(turns).entries, **Cond({name: entry}).gather(turns).entries})


def _coloured(image: Image) -> Tensor:
    """Pictures [R, 3, H, W] in [−1, 1]; grey ones in colours."""
    pixels = image.pixels[..., :COLOURS].permute(0, 3, 1, 2).float() / MIDDLE - 1
    return pixels.expand(-1, COLOURS, -1, -1)
