"""A model without what its answers miss in the mean."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.levels import angle, combined, factor
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.contracts.trajectory import Trajectory
from nodes.guidance.branches import refuse_tokens

MEAN_ERROR = "calibration/x0"
"""In a trajectory's aux: E[x̂0] − E[x0] at each of its levels, [N + 1, 1, *event]."""


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt", "conditional")), cost=cost)
def calibrated(model: Model, calibration: Trajectory) -> Model:
    """Calibration (Pang et al. 2023, arXiv:2302.10688): the model without the mean error of its score.

    ε' = ε̂ − ε̄(s), with ε̄ of guidance.calibration_fit; in x0, D' = D − δ(s) with the mean error δ = −s·ε̄ of x0 [B,
    *event], which is finite at pure noise. Between the fitted levels δ is linear in atan(s), down to 0 at s = 0; above
    the highest it is as there. The score's matching loss falls by ½ |mean error|² at each level. What the mean misses
    under a condition is that condition's: bind it with guidance.conditional, fit that and calibrate that, and guide one
    such model by another with guidance.autoguidance. Cost: 1 model row per sample, none more.
    Errors: a trajectory that is not of guidance.calibration_fit, or of another space; a model of tokens.
    """
    refuse_tokens(model)
    errors = calibration.aux.get(MEAN_ERROR)
    if errors is None:
        raise InputError(
            "the trajectory holds no mean errors",
            where="calibration",
            given=calibration.describe(),
            mend="wire guidance.calibration_fit",
        )
    if (calibration.space.name, calibration.space.event) != (model.space.name, model.space.event):
        raise InputError(
            "the mean errors are of another space than the model",
            where="calibration",
            given=calibration.space.describe(),
            allowed=model.space.describe(),
            mend="fit them with this model",
        )
    return Calibrated(model, *knots(calibration.s[:, 0], errors[:, 0]))


def knots(s: Tensor, errors: Tensor) -> tuple[Tensor, Tensor]:
    """atan(s) [K] rising, each once, from 0 on, and the errors there [K, *event]; that of data is 0."""
    found = {0.0: torch.zeros_like(errors[0])}
    found |= {float(phi): error for phi, error in zip(angle(s), errors, strict=True) if phi > 0}
    return torch.tensor(sorted(found), dtype=torch.float64), torch.stack([found[phi] for phi in sorted(found)])


class Calibrated(Mixer):
    """A model whose x0 is moved by a mean error of its level."""

    def __init__(self, model: Model, angles: Tensor, errors: Tensor) -> None:
        self.model, self.angles, self.errors = model, angles, errors
        self.space, self.abilities = model.space, model.abilities - {"prompt", "conditional"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself."""
        return [(self.model, q)]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """D − δ(s), and an ε of its own less −δ/s."""
        answer = answers[0]
        error = self.error(q)
        x0 = answer.x0 - error
        if answer.eps is None:
            return Prediction(x0)
        inverse = torch.where((q.s == 0) | torch.isinf(q.s), 0.0, 1 / q.s)
        return Prediction(x0, answer.eps + factor(inverse, error) * error)

    def error(self, q: Query) -> Tensor:
        """δ at each row's level, or each place's, like x."""
        shares = hats(self.angles, angle(q.s))
        near = [number for number in range(len(self.angles)) if bool((shares[number] != 0).any())]
        errors = moved(self.errors.to(q.x.dtype), q.x.device)
        return combined([shares[number] for number in near], [errors[number].expand_as(q.x) for number in near])


def hats(knots: Tensor, at: Tensor) -> Tensor:
    """How much each knot [K] counts at these points [...] where one is linear between them: [K, ...], summing to 1."""
    if len(knots) == 1:
        return torch.ones(1, *at.shape, dtype=torch.float64)
    place = at.clamp(knots[0], knots[-1]).contiguous()
    after = torch.searchsorted(knots, place).clamp(1, len(knots) - 1)
    low, high = knots[after - 1], knots[after]
    share = (place - low) / (high - low)
    numbers = torch.arange(len(knots)).reshape(-1, *(1,) * at.ndim)
    return torch.where(numbers == after, share, 0.0) + torch.where(numbers == after - 1, 1 - share, 0.0)
