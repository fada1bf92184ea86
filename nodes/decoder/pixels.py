"""Points that are pictures already."""

from __future__ import annotations

from graphs import Estimate, InputError, node
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.sample import Sample

CHANNELS = (1, 3, 4)


@node(converts=True, cost=lambda known: Estimate(rows=known.input("sample").rows))
def pixels(sample: Sample) -> Image:
    """The pixels of a sample as pictures: −1 is black, 1 is white, what lies outside is clipped.

    x [B, C, H, W] with C = 1, 3 or 4 becomes uint8 [B, H, W, C] by round((x + 1)/2 · 255), on the CPU:
    from a GPU only the finished bytes are copied. Cost: none.
    Errors: a sample whose event is not [C, H, W]; latents, which their codec decodes.
    """
    if sample.space.codec is not None:
        raise InputError(
            "latents are no picture yet",
            where="sample",
            given=sample.describe(),
            allowed="a sample of pixels",
            mend=f'put decoder.decode with the codec "{sample.space.codec}" before it',
        )
    event = sample.space.event
    if len(event) != 3 or event[0] not in CHANNELS:  # noqa: PLR2004 - channels, height, width
        raise InputError(
            "the sample is no picture",
            given=f"{sample.space.name} of shape {list(event)}",
            allowed="[channels, height, width] with 1, 3 or 4 channels",
            mend="decode it with the decoder that belongs to its model",
        )
    scaled = (sample.x.clamp(-1, 1) + 1) * 127.5
    return Image(moved(scaled.round().byte().permute(0, 2, 3, 1).contiguous(), "cpu"))
