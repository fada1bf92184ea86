"""Another model, or another prompt, for each region of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Span, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.query import Prediction, Query
from nodes.guidance.branches import mixed, refuse_tokens, require_pictures
from nodes.guidance.composing import Together, require_one_space

WHITE = 255
COLOURED = 3
"""The channels of a picture in colour; a fourth is how much it covers."""


def cost(known: Known) -> Estimate:
    """The sum over the models."""
    return Estimate(each=sum((model.each for model in known.inputs.get("models", ())), Span.of(0)))


@node(abilities=abilities(like="models", without=("prompt",)), cost=cost)
def regional(models: tuple[Model, ...], masks: Image) -> Model:
    """Regional composition, as in MultiDiffusion (Bar-Tal et al. 2023, arXiv:2302.08113): D = Σ M_i ⊙ D_i / Σ M_i.

    `masks` has a picture for each model, white where that model is followed, by degrees in grey, M in [0, 1]; regions
    may overlap. One picture for two models: the second has what the first has not. It is scaled to the size of the
    points [B, C, H, W], by area, so latents are fine. Wire guidance.conditional or guidance.cfg for each prompt.
    Cost: the sum over the models, in one launch. Errors: not one mask for each model; a place that no mask covers;
    models on different spaces, or of anything but pictures.
    """
    require_one_space(models)
    refuse_tokens(models[0])
    event = models[0].space.event
    require_pictures(models[0], "only pictures have regions", "models", "use guidance.compose")
    return Regions(models, _shares(masks, len(models), event))


class Regions(Together):
    """Models, each followed in its region; `shares` [n, 1, H, W] float64 with the sum 1 at every place."""

    def __init__(self, models: tuple[Model, ...], shares: Tensor) -> None:
        super().__init__(models)
        self.shares = shares

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """Σ M_i D_i / Σ M_i."""
        shares = moved(self.shares.to(q.x.dtype), q.x.device)

        def rule(branches: Sequence[Tensor]) -> Tensor:
            return torch.stack([share * branch for share, branch in zip(shares, branches, strict=True)]).sum(0)

        return mixed(q, answers, rule)


def _shares(masks: Image, count: int, event: tuple[int, ...]) -> Tensor:
    """The masks [n, 1, H, W], divided by their sum."""
    grey = masks.pixels[..., :COLOURED].double().amax(-1)[:, None] / WHITE
    if len(grey) == 1 and count == 2:  # noqa: PLR2004 - inside and outside
        grey = torch.cat([grey, 1 - grey])
    if len(grey) != count:
        raise InputError(
            "there is not one mask for each model",
            where="masks",
            given=f"{len(grey)} pictures for {count} models",
            allowed="one for each, in the order of the wires",
            mend="wire as many masks as models",
        )
    sized = torch.nn.functional.adaptive_avg_pool2d(grey, (event[1], event[2]))
    total = sized.sum(0, keepdim=True)
    if bool((total <= 0).any()):
        raise InputError(
            "no mask covers some places",
            where="masks",
            given=f"{int((total <= 0).sum())} places of {event[1]} × {event[2]} that are black in all",
            allowed="masks that cover every place together",
            mend="make one of the masks white everywhere, as a background",
        )
    return sized / total
