"""How well a model denoises points, which tells how likely it finds them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, abilities, node
from nodes.contracts.asking import predict
from nodes.contracts.context import Context
from nodes.contracts.levels import place
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample

Sigma: TypeAlias = Annotated[float, Number(minimum=1e-6, maximum=1e6, scale="log")]
Form: TypeAlias = Literal["elbo", "loss"]


def cost(known: Known) -> Estimate:
    """The model once at every level."""
    return Estimate(asks=known.number("levels") * known.input("model").each)


@node(
    abilities=abilities(
        like="model", without=("prompt", "conditional", "level_map", "low_rank", "controlnet", "bridge")
    ),
    cost=cost,
    also=("reward.elbo",),
)
def denoising_loss(
    model: Model,
    *,
    form: Form = "elbo",
    levels: Annotated[int, Number(integer=True, minimum=1, maximum=4096, work=True)] = 8,
    sigma_min: Sigma = 0.01,
    sigma_max: Sigma = 100.0,
) -> Reward:
    """How likely a model finds points, by its denoising loss at a few levels.

    Each point x [B, *event] is noised to `levels` values of s, even in log s from sigma_min to sigma_max with a shift
    of the row's own, each with an ε of its own; e² = |x − D(x + s ε, s)|². "elbo" is log p(x) in nats,
    −(D/2) log 2πe − ½ ∫ (e² − D s²/(1 + s²)) dSNR, SNR = 1/s²: a bound for any model (Kingma et al. 2021,
    arXiv:2107.00630), and log p itself for the mean of x0 (Kong et al. 2023, arXiv:2302.03792), but for what lies
    outside the two levels and for the chance of few draws. "loss" is −mean e²/s²/D, the loss of ε. A row's draws depend
    on its lineage only, and are the same at every call. Gradients flow where the model lets them. A condition is bound
    with guidance.conditional. Cost: `levels` model rows and 1 reward a row.
    Errors: tokens; sigma_min not below sigma_max.
    """
    if sigma_min >= sigma_max:
        raise InputError(
            "sigma_min is not below sigma_max",
            given=f"sigma_min {sigma_min:g}, sigma_max {sigma_max:g}",
            mend="lower sigma_min or raise sigma_max",
        )
    return DenoisingLoss(model, form, levels, (math.log(sigma_min), math.log(sigma_max)))


class DenoisingLoss(Reward):
    """The reward of `denoising_loss`; `ends` are those of log s."""

    def __init__(self, model: Model, form: Form, levels: int, ends: tuple[float, float]) -> None:
        self.model, self.levels, self.ends = model, levels, ends
        self.form: Form = form
        self.space, self.abilities = model.space.name, model.abilities & {"differentiable"}

    def score(self, sample: Sample, ctx: Context) -> Tensor:
        """The loss at all levels, in one question, turned into a likelihood."""
        if sample.space.vocabulary or sample.s.ndim > 1:
            raise InputError("these points are not noised", given=sample.describe(), allowed="points of real numbers")
        asked = self.question(sample, ctx)
        x0 = predict(self.model, asked, ctx).x0
        size, square = math.prod(sample.space.event), asked.s.square().to(x0.device, non_blocking=True)
        wide = sample.x.repeat_interleave(self.levels, 0)
        loss = (wide - x0).double().square().flatten(1).sum(1) / square  # |ε − ε̂|², and dSNR = 2 SNR d log s
        if self.form == "loss":
            return -loss.reshape(-1, self.levels).mean(1) / size
        gained = (loss - size / (1 + square)).reshape(-1, self.levels).mean(1) * (self.ends[1] - self.ends[0])
        return -gained - size / 2 * math.log(2 * math.pi * math.e)

    def question(self, sample: Sample, ctx: Context) -> Query:
        """Every row at all levels, side by side."""
        count = len(sample.rows)
        still = torch.zeros(count, dtype=torch.int64)
        drawing = Query(sample.x, sample.s, sample.s, sample.rows, still)
        shift = ctx.noise.uniform(drawing, "denoising_loss_level", 0, (1,)).cpu()
        share = (torch.arange(self.levels) + shift) / self.levels
        s = torch.exp(self.ends[0] + (self.ends[1] - self.ends[0]) * share).flatten()
        noises = [ctx.noise.normal(drawing, "denoising_loss", number) for number in range(self.levels)]
        index = torch.arange(count).repeat_interleave(self.levels)
        eps = torch.stack(noises, 1).flatten(0, 1)
        x = place(sample.x.repeat_interleave(self.levels, 0), eps, s)
        return replace(drawing, x=x, s=s, to=s, rows=sample.rows.take(index), step=still[index])
