"""Factorised diffusion: one model for a part of every picture, another one for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from torch import Tensor

from graphs import Estimate, Known, Number, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.blurring import blurred
from nodes.guidance.branches import mixed, refuse_tokens, require_pictures
from nodes.guidance.composing import Together, require_one_space

Kind: TypeAlias = Literal["frequency", "colour"]


def cost(known: Known) -> Estimate:
    """The sum of both."""
    return Estimate(each=known.input("first").each + known.input("second").each)


@node(abilities=abilities(like="first", without=("prompt",)), cost=cost)
def factorised(
    first: Model,
    second: Model,
    *,
    kind: Kind = "frequency",
    blur_sigma: Annotated[float, Number(minimum=0.1, maximum=1000, step=0.1)] = 2.0,
) -> Model:
    """Factorised diffusion (Geng et al. 2024, arXiv:2404.11615): pictures that are two things at once.

    ε = P ε_first + (1 − P) ε_second, so D = P D_first + (1 − P) D_second, as P is linear. "frequency": P blurs by a
    Gaussian of `blur_sigma` pixels, so from afar the picture is the first, from near the second (hybrid pictures);
    "colour": P is the mean of the channels, so in grey it is the first. x0 [B, C, H, W]. Wire guidance.cfg of one model
    under two prompts. Both the same: the model, but for rounding.
    Cost: the sum of both, in one launch. Errors: models on different spaces, or of anything but pictures.
    """
    require_one_space((first, second))
    refuse_tokens(first)
    require_pictures(first, "only pictures have such factors", "first", "use guidance.compose")
    return Factors(first, second, kind, blur_sigma)


class Factors(Together):
    """Two models, the first followed in its part of the picture."""

    def __init__(self, first: Model, second: Model, kind: Kind, std: float) -> None:
        super().__init__((first, second))
        self.kind: Kind = kind
        self.std = std

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """P D_first + (1 − P) D_second."""

        def rule(branches: Sequence[Tensor]) -> Tensor:
            one, other = branches
            return other + self.part(one - other)

        return mixed(q, answers, rule)

    def part(self, x: Tensor) -> Tensor:
        """P x."""
        return blurred(x, self.std) if self.kind == "frequency" else x.mean(1, keepdim=True).expand_as(x)
