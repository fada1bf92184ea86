"""What is left of points without a mean that is known of each row."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from graphs import InputError, node
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.identity import Identified, digest_of
from nodes.contracts.levels import alpha_sigma, factor
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space


@node
def around(mean: Sample) -> Codec:
    """Around a mean μ: points x [B, *event] ↔ z = x − μ, in which a mean-reverting process is a plain one.

    Row r has the mean of its origin, row `origin mod R` of `mean`, as a degraded picture. At a level s a noised point
    x = (x0 + s ε)/√(1 + s²) is x − α μ, so it may be encoded there. model.around works on z; decoder.decode with this
    codec, of the same mean, gives its samples back as points (Luo et al. 2023, arXiv:2301.11699). Cost: no NFE.
    Errors: a mean that is noised, or tokens; points of another shape.
    """
    return Around(Mean.of(mean))


class Mean(Identified):
    """Known means, `values` [R, *event] of points of `space`: row r has that of its origin, `origin mod R`."""

    def __init__(self, values: Tensor, space: Space) -> None:
        self.values, self.space = values, space

    @staticmethod
    def of(mean: Sample) -> Mean:
        """Those of a clean sample."""
        mean.require_clean("mean")
        return Mean(mean.x.clone(), mean.space)

    @property
    def left(self) -> Space:
        """The space of what is left, which the codec decodes that has the same means."""
        return replace(self.space, name="residuals", codec=f"around-{digest_of(self.values)[:8]}")

    def require(self, space: Space) -> None:
        """`InputError` where points of that space have no such mean."""
        if (space.event, space.codec, space.vocabulary) != (self.space.event, self.space.codec, ()):
            raise InputError(
                "the mean is of another space",
                where="mean",
                given=f"a mean of {self.space.describe()}, for {space.describe()}",
                allowed="points and a mean of one space",
                mend="wire a mean of the points that are sampled",
            )

    def at(self, s: Tensor, rows: Rows, like: Tensor) -> Tensor:
        """α μ of each row, at levels s."""
        means = moved(self.values.to(like.dtype), like.device)
        return factor(alpha_sigma(s)[0], like) * take_rows(means, rows.origin % len(means))


class Around(Codec):
    """The codec of `around`."""

    def __init__(self, mean: Mean) -> None:
        self.mean, self.name = mean, str(mean.left.codec)

    def encode(self, x: Sample, ctx: Context) -> Sample:
        """Without α μ."""
        self.mean.require(x.space)
        return replace(x, x=x.x - self.mean.at(x.s, x.rows, x.x), space=self.mean.left, aux={})

    def decode(self, z: Sample, ctx: Context) -> Sample:
        """With α μ again."""
        return replace(z, x=z.x + self.mean.at(z.s, z.rows, z.x), space=self.mean.space, aux={})
