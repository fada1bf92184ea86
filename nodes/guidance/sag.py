"""Self-attention guidance without attention: against the model's answer to its own blurred guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Curve, CurveOver, Estimate, Known, LevelCurve, Number, abilities, also, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import factor, place
from nodes.contracts.model import Model, Wrapper
from nodes.contracts.query import Prediction, Query
from nodes.guidance.blurring import blurred
from nodes.guidance.branches import eps_in, narrowed, put, require_pictures, rows_where, values_at
from nodes.guidance.perturbed import perturbed_cost

Mask: TypeAlias = Literal["gradient", "ones"]


def cost(known: Known) -> Estimate:
    """Twice the model's cost, once where the scale is 0."""
    return perturbed_cost(known, "sag_scale")


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def sag(
    model: Model,
    *,
    sag_scale: Annotated[Curve, CurveOver(minimum=0, maximum=100, step=0.05), also("strength")] = 0.75,
    blur_sigma: Annotated[float, Number(minimum=0, maximum=1000, step=0.1)] = 1.0,
    mask: Mask = "gradient",
) -> Model:
    """Self-attention guidance (Hong et al. 2022, arXiv:2210.00939), with a mask that any model of pictures has.

    x̂ = (1 − m) ⊙ x0 + m ⊙ blur(x0), noised with the model's own ε to x̃ = α x̂ + σ ε; ε' = ε + sag_scale · (ε − ε̃) with
    ε̃ of the answer D̃ there, which is x0' = x0 + sag_scale · (x̂ − D̃). The paper's m is where self-attention is high;
    these are variants: "gradient", where x0 changes more from cell to cell than in the row's mean, or "ones",
    everywhere. `blur_sigma` in cells; its default as commonly given for latents; not confirmed. x0 [B, C, H, W].
    A curve gives each level a scale of its own. Put it inside guidance.cfg or around it.
    Cost: 2 model rows per sample, in two launches, as the second question is made of the first answer; with scale 0 the
    model itself, bitwise. Errors: a model of anything but pictures.
    """
    require_pictures(model, "only pictures can be blurred", "model", "use guidance.autoguidance")
    return SelfGuided(model, sag_scale, blur_sigma, mask)


class SelfGuided(Wrapper):
    """A model against its answer to its own blurred guess."""

    def __init__(self, model: Model, scale: float | LevelCurve, std: float, mask: Mask) -> None:
        self.model, self.scale, self.std = model, scale, std
        self.mask: Mask = mask
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """Twice the model's where it is guided."""
        return self.model.cost(s) * (2 if float(values_at(self.scale, torch.tensor([s], dtype=torch.float64))) else 1)

    def answer(self, q: Query, ctx: Context) -> Prediction:
        """The model's answer, and in the guided rows away from that to the blurred guess."""
        answer = predict(self.model, q.inside(), ctx)
        scales = values_at(self.scale, q.s)
        guided = rows_where(scales != 0)
        if not len(guided):
            return answer
        inner = narrowed(q, guided)
        first = answer if inner is q else answer.take(guided)
        soft = self.softened(first.x0)
        again = replace(inner.inside(1), x=place(soft, eps_in(inner, first), inner.s))
        worse = predict(self.model, again, ctx)
        x0 = first.x0 + factor(scales[guided], soft) * (soft - worse.x0)
        whole = put(q, Prediction(answer.x0, answer.eps), guided, Prediction(x0))
        return Prediction(whole.x0, whole.eps, answer.keep, answer.aux)

    def softened(self, x0: Tensor) -> Tensor:
        """x0 blurred where the mask is."""
        soft = blurred(x0, self.std)
        return soft if self.mask == "ones" else torch.where(_changing(x0), soft, x0)


def _changing(x0: Tensor) -> Tensor:
    """Where pictures [B, C, H, W] change more than in the mean of the row, [B, 1, H, W]."""
    across, down = torch.zeros_like(x0), torch.zeros_like(x0)
    across[..., 1:] = x0[..., 1:] - x0[..., :-1]
    down[..., 1:, :] = x0[..., 1:, :] - x0[..., :-1, :]
    change = (across.square() + down.square()).sum(1, keepdim=True)
    return change > change.mean((1, 2, 3), keepdim=True)
