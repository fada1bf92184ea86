"""Pictures patch by patch: a pixel is what the middles of those patches of the data are that look like its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from graphs.curves import LevelCurve
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import alpha_sigma
from nodes.contracts.model import OneShape
from nodes.contracts.query import Prediction, Query
from nodes.contracts.space import Space
from nodes.exact.empirical import SMALLEST

Edges: TypeAlias = Literal["zero", "wrap"]
Size: TypeAlias = tuple[int, int]
Part: TypeAlias = tuple[Tensor, Tensor]

MOST = 2**24
"""Numbers held at once, about: patches of the data, or pairs of a pixel and a patch."""


@dataclass(frozen=True)
class Frame:
    """The window around a pixel: so many rows and columns, with what is seen beyond the picture's edges."""

    size: Size
    edges: Edges

    def padded(self, pictures: Tensor) -> Tensor:
        """Pictures [K, C, H, W] with what the windows of their pixels see beyond them."""
        high, wide = self.size
        around = (wide // 2, (wide - 1) // 2, high // 2, (high - 1) // 2)
        return functional.pad(pictures, around, "circular" if self.edges == "wrap" else "constant")

    def patches(self, picture: Tensor) -> Iterator[Tensor]:
        """The windows of all pixels of a picture [1, C, H, W], band by band: each [N, C·h·w]."""
        padded, (high, wide) = self.padded(picture), self.size
        rows, columns = picture.shape[2:]
        step = max(1, MOST // (picture.shape[1] * high * wide * columns))
        for first in range(0, rows, step):
            band = padded[:, :, first : min(first + step, rows) + high - 1]
            yield functional.unfold(band, self.size)[0].T

    def sums(self, values: Tensor) -> Tensor:
        """The sum of values [K, H, W] over the window of each pixel."""
        return functional.avg_pool2d(self.padded(values[:, None]), self.size, stride=1, divisor_override=1)[:, 0]


class Patches(OneShape):
    """The local score machine (Kamb & Ganguli 2024, arXiv:2412.20292) of `pictures` [K, C, H, W].

    x0 at a pixel = Σ softmax(−|patch of x − α patch|²/2σ²) (middle of patch), over the patches of the data around all
    pixels, or where `local` around the same pixel. The patch is `side` pixels wide, a function of the level.
    """

    abilities = frozenset({"differentiable"})

    def __init__(
        self, space: Space, pictures: Tensor, side: float | LevelCurve, edges: Edges = "zero", *, local: bool = False
    ) -> None:
        self.space, self.pictures, self.side, self.edges, self.local = space, pictures, side, edges, local

    def predict(self, q: Query, ctx: Context) -> Prediction:
        """Row by row: each has its own patches, and answers alike in batches of all sizes."""
        pictures = moved(self.pictures.to(q.x.dtype), q.x.device)
        ask = _same_place if self.local else _every_place
        rows = zip(q.x, q.s.tolist(), strict=True)
        return Prediction(torch.stack([ask(x, pictures, self.frame(s), s) for x, s in rows]))

    def frame(self, s: float) -> Frame:
        """The window at a level: odd sides, but never more than all that there is to see."""
        side = self.side.at(s) if isinstance(self.side, LevelCurve) else self.side
        odd = 2 * (max(1, round(side)) // 2) + 1 if side >= 2 else 1  # noqa: PLR2004 - 2 and 3 are 3
        sizes = zip(self.pictures.shape[2:], self.space.event[1:], strict=True)
        most = [min(pair) if self.edges == "wrap" else 2 * max(pair) - 1 for pair in sizes]
        return Frame((min(odd, most[0]), min(odd, most[1])), self.edges)


def _every_place(x: Tensor, pictures: Tensor, frame: Frame, s: float) -> Tensor:
    """A picture [C, H, W] against all patches of all pictures, band by band."""
    alpha, sigma = coefficients(s)

    def parts(own: Tensor) -> Iterator[Part]:
        """Scores without |p|², which all patches share."""
        for picture in pictures:
            centres, first = picture.flatten(1).T, 0
            for band in frame.patches(picture[None]):
                for some in torch.split(band, max(1, MOST // len(own))):
                    scores = (own @ some.T - 0.5 * alpha**2 * some.square().sum(1)) / sigma**2
                    yield scores, centres[None, first : first + len(some)]
                    first += len(some)

    bands = [weighed(parts(alpha * own)) for own in frame.patches(x[None])]
    return torch.cat(bands).T.reshape(x.shape)


def _same_place(x: Tensor, pictures: Tensor, frame: Frame, s: float) -> Tensor:
    """A picture [C, H, W] against the patches of all pictures around the same pixel."""
    alpha, sigma = coefficients(s)

    def parts() -> Iterator[Part]:
        for some in torch.split(pictures, max(1, MOST // x.numel())):
            apart = frame.sums((x - alpha * some).square().sum(1))
            yield (-apart / (2 * sigma**2)).flatten(1).T, some.flatten(2).permute(2, 0, 1)

    return weighed(parts()).T.reshape(x.shape)


def coefficients(s: float) -> tuple[float, float]:
    """α and σ at a level; at s = 0 with a variance that is as good as 0."""
    alpha, sigma = alpha_sigma(torch.tensor(s, dtype=torch.float64))
    return float(alpha), max(float(sigma), SMALLEST**0.5)


def weighed(parts: Iterator[Part]) -> Tensor:
    """Σ softmax(scores) values over all parts, each scores [P, N] and values [1 or P, N, C]; returns [P, C].

    What came before is made smaller where a higher score comes, so that no part has to wait for the others.
    """
    top = total = mean = None
    for scores, values in parts:
        highest = scores.detach().amax(1, keepdim=True)
        higher = highest if top is None else torch.maximum(top, highest)
        shares = torch.exp(scores - higher)
        gained = shares @ values[0] if len(values) == 1 else torch.einsum("pn,pnc->pc", shares, values)
        sums = shares.sum(1, keepdim=True)
        if top is not None and total is not None and mean is not None:
            kept = torch.exp(top - higher)
            gained, sums = gained + kept * mean, sums + kept * total
        top, total, mean = higher, sums, gained
    if total is None or mean is None:
        raise ValueError("there are no parts")
    return mean / total
