"""What a point is: its shape, its vocabulary where it is made of tokens, its parts where it is a product."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from graphs import data
from nodes.contracts.draws import uniform
from nodes.contracts.noise import gumbel_max
from nodes.contracts.rows import Rows


@data
class Part:
    """A named piece of a flat event: the shape that its numbers have by themselves."""

    name: str
    event: tuple[int, ...]


@data
class Space:
    """What a point is: its name (pixels, latents of a codec, …) and one event's shape, as (channels, height, width).

    With a `vocabulary` the points are tokens: x int64 [B, L], where len(vocabulary) stands for the mask. `codec` names
    what decodes the space. `parts` name the pieces of a flat event (D,), in order, where it is a product of spaces.
    `source` names the law of the ε in its noised points where that is not standard normal (nodes/sources). `colours`
    say roughly how latents [C, H, W] look: what each channel adds to red, green and blue in [−1, 1], and in a last row
    what is added always. A `cell` of latents [C, H, W] stands for so many pixels a side of the decoded picture.
    """

    name: str
    event: tuple[int, ...]
    codec: str | None = None
    parts: tuple[Part, ...] = ()
    vocabulary: tuple[str, ...] = ()
    source: str | None = None
    colours: tuple[tuple[float, float, float], ...] = ()
    cell: int = 1

    @property
    def mask(self) -> int:
        """The token that says that nothing is known."""
        return len(self.vocabulary)

    def commit(self, x0: Tensor, rows: Rows) -> Tensor:
        """An event for a predicted x0: x0 itself, or tokens [B, L] drawn from logits [B, L, V].

        The draw depends on the row's seed only, so a preview changes where the prediction does and nowhere else.
        """
        if not self.vocabulary:
            return x0
        uniforms = uniform(rows, tuple(x0.shape[1:]), "commit")
        return gumbel_max(x0, uniforms.to(x0.device, non_blocking=True))

    def split(self, x: Tensor) -> dict[str, Tensor]:
        """The parts of points [B, D], each [B, *event] of its part."""
        sizes = [math.prod(part.event) for part in self.parts]
        pieces = torch.split(x, sizes, dim=1)
        return {part.name: piece.reshape(len(x), *part.event) for part, piece in zip(self.parts, pieces, strict=True)}

    def join(self, pieces: Mapping[str, Tensor]) -> Tensor:
        """The points [B, D] of these parts."""
        return torch.cat([pieces[part.name].flatten(1) for part in self.parts], dim=1)

    def describe(self) -> str:
        """Shape and name, as 3×32×32 pixels."""
        return f"{'×'.join(map(str, self.event))} {self.name}"


def latents(
    event: tuple[int, ...], codec: str, colours: tuple[tuple[float, float, float], ...] = (), cell: int = 1
) -> Space:
    """Latents of a codec, that look like these colours, with a cell for so many pixels a side."""
    return Space("latents", event, codec=codec, colours=colours, cell=cell)


def product(name: str, **events: tuple[int, ...]) -> Space:
    """The product of spaces with these events: flat points that hold all parts."""
    parts = tuple(Part(part, event) for part, event in events.items())
    return Space(name, (sum(math.prod(part.event) for part in parts),), parts=parts)
