"""Correlated noise as white noise in other coordinates."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from graphs import InputError, Number, also, node
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.sample import Sample
from nodes.sources.correlated import Correlated, KernelName


@node
def correlated(
    *,
    kernel: KernelName = "ou",
    axis: Annotated[int, Number(integer=True, minimum=0, maximum=7)] = 0,
    length: Annotated[float, Number(minimum=1e-3, maximum=1e4, scale="log"), also("lengthscale")] = 4.0,
    share: Annotated[float, Number(minimum=0, maximum=0.999, step=0.01)] = 0.5,
) -> Codec:
    """Coordinates in which correlated noise ε = L η is white: z = L⁻¹ x, and back x = L z, along an axis of the event.

    "ou": L Lᵀ = K, K_ij = exp(−|i − j|/length), as for series of numbers in time (Biloš et al. 2022, arXiv:2211.02590);
    "shared": ε_i = √share b + √(1 − share) r_i with one b for all places, as for the frames of a video (VideoFusion,
    Luo et al. 2023, arXiv:2303.08320). For "ou" L is Cholesky's lower
    triangle, for "shared" the symmetric root. `axis` counts the axes of an event from 0:
    channels of [C, H, W]. A point α x0 + σ L η becomes α L⁻¹ x0 + σ η, a point of the standard diffusion at the same
    level, which any solver takes, stochastic ones too: wire model.whitened, noise.gaussian `like` it, and
    decoder.decode at the end. Shapes stay. Cost: no NFE.
    Errors: an axis that the points do not have; points that are still noised, with other noise.
    """
    return Whitening(Correlated(kernel, axis, length if kernel == "ou" else share))


class Whitening(Codec):
    """The coordinates of `correlated`; its name is that of the noise."""

    def __init__(self, source: Correlated) -> None:
        self.source, self.name = source, source.name

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """L⁻¹ x."""
        clean = not bool((x.s != 0).any())
        if x.space.codec or x.space.vocabulary or x.s.ndim > 1 or (x.space.source != self.name and not clean):
            raise InputError(
                "these points cannot be whitened",
                given=x.describe() + f", noise of the law {x.space.source or 'normal'}",
                allowed=f"clean points, or noise of the law {self.name} at one level for each row",
            )
        space = replace(x.space, codec=self.name, source=None)
        return replace(x, x=self.source.colouring(space.event).whiten(x.x), space=space, aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """L z."""
        if z.s.ndim > 1:
            raise InputError(
                "the codec mixes places, and these have noise levels of their own",
                given=f"levels of shape {list(z.s.shape)}",
                allowed="one level for each row",
            )
        noised = bool((z.s != 0).any())
        space = replace(z.space, codec=None, source=self.name if noised else None)
        return replace(z, x=self.source.colouring(space.event).colour(z.x), space=space, aux={})
