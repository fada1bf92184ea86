"""A function of a large picture, tile by tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.contracts.devices import moved


@dataclass(frozen=True)
class Tiling:
    """Square tiles of `tile` cells a side that share `overlap` cells with the next.

    Of a tile, what lies within `reach` of a side where the picture goes on is not used, as far as the overlap allows:
    it lacks what it would see there. With an overlap of more than twice the reach the tiles give what the whole gives.
    """

    tile: int
    overlap: int
    reach: int

    def spans(self, length: int) -> list[tuple[int, int]]:
        """From and to which cell each tile goes, along a side of so many; the last ends where the side does."""
        if length <= self.tile:
            return [(0, length)]
        starts = [*range(0, length - self.tile, self.tile - self.overlap), length - self.tile]
        return [(start, start + self.tile) for start in starts]

    def weights(self, span: tuple[int, int], length: int, fineness: int) -> Tensor:
        """How much each of the values of a tile counts, `fineness` a cell, [cells * fineness] float64.

        Rises in a line across the overlap without its margins; those of two neighbours add up to one there.
        """
        start, stop = span
        places = (torch.arange((stop - start) * fineness, dtype=torch.float64) + 0.5) / fineness
        weights = torch.ones_like(places)
        margin = min(float(self.reach), (self.overlap - 1) / 2)
        for is_edge, distances in ((start == 0, places), (stop == length, places.flip(0))):
            if self.overlap and not is_edge:
                weights = weights * ((distances - margin) / (self.overlap - 2 * margin)).clamp(0, 1)
        return weights


def tiled(function: Callable[[Tensor], Tensor], x: Tensor, tiling: Tiling, entering: int, leaving: int) -> Tensor:
    """`function` of x [B, C, H, W], or of its tiles where there are several: then the means of what they say.

    A cell is `entering` values of x a side, and `leaving` of the answer.
    """
    height, width = x.shape[2] // entering, x.shape[3] // entering
    rows, columns = tiling.spans(height), tiling.spans(width)
    if len(rows) == len(columns) == 1:
        return function(x)
    total = torch.zeros(height * leaving, width * leaving, dtype=torch.float64)
    parts = list[tuple[slice, slice, Tensor, Tensor]]()
    for row in rows:
        for column in columns:
            weights = torch.outer(tiling.weights(row, height, leaving), tiling.weights(column, width, leaving))
            down, across = _scaled(row, leaving), _scaled(column, leaving)
            total[down, across] += weights
            parts.append((down, across, weights, function(x[:, :, _scaled(row, entering), _scaled(column, entering)])))
    answers = parts[0][-1].new_zeros(len(x), parts[0][-1].shape[1], *total.shape)
    for down, across, weights, part in parts:
        share = (weights / total[down, across]).to(part.dtype)
        answers[:, :, down, across] += moved(share, part.device) * part
    return answers


def _scaled(span: tuple[int, int], times: int) -> slice:
    return slice(span[0] * times, span[1] * times)
