"""FreeU: other weights for what a U-Net's way up is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Number, abilities, needs, node
from nodes.contracts.changes import changed
from nodes.contracts.context import Context
from nodes.contracts.model import Asks, Mixer, Model
from nodes.contracts.query import Prediction, Query
from nodes.networks.altering import FeatureChange

Factor = Annotated[float, Number(minimum=0, maximum=10, step=0.05)]


def cost(known: Known) -> Estimate:
    """The model's own."""
    return Estimate(each=known.input("model").each)


@node(abilities=abilities(like="model", without=("prompt",)), cost=cost)
def freeu(
    model: Annotated[Model, needs("unet_features")],
    *,
    b1: Factor = 1.1,
    b2: Factor = 1.2,
    s1: Factor = 0.9,
    s2: Factor = 0.9,
    threshold: Annotated[int, Number(integer=True, minimum=1, maximum=64)] = 1,
) -> Model:
    """FreeU (Si et al. 2023, arXiv:2309.11497): stronger features from below, weaker low frequencies from across.

    Where the way up of a U-Net joins h [B, C, H, W] from below with the skip z, at its two coarsest resolutions k:
    the first half of h's channels times 1 + (b_k − 1) · m, m the mean over the channels brought to [0, 1] in each row;
    of z the frequencies |f| < threshold on both axes times s_k. The paper's values are of its networks (SD 1.4: b 1.3
    and 1.4, s 0.9 and 0.2; as commonly given, not confirmed); these are mild ones for small networks.
    Cost: 1 model row per sample; with all factors 1 the model itself. Errors: a model that is no U-Net of ours.
    """
    require_features(model)
    same = b1 == b2 == s1 == s2 == 1
    return Resculpted(model, None if same else FreeU((b1, b2), (s1, s2), threshold))


def require_features(model: Model) -> None:
    """`InputError` where the model has no U-Net whose features could be changed."""
    if "unet_features" not in model.abilities:
        raise InputError(
            "the model has no U-Net whose features can be changed",
            where="model",
            given=type(model).__name__,
            allowed='a model with the ability "unet_features", as model.checkpoint',
            mend="wire the network itself",
        )


class Resculpted(Mixer):
    """A model whose network is asked with other features, or with None as it is."""

    def __init__(self, model: Model, change: FeatureChange | None) -> None:
        self.model, self.change = model, change
        self.space, self.abilities = model.space, model.abilities - {"prompt"}

    def cost(self, s: float) -> float:
        """The model's own."""
        return self.model.cost(s)

    def asks(self, q: Query, ctx: Context) -> Asks:
        """The question itself, with other features in all rows."""
        if self.change is None:
            return [(self.model, q)]
        strength = torch.ones(len(q.rows), dtype=torch.float64)
        return [(self.model, replace(q, changes=changed(q.changes, self.change, strength)))]

    def combine(self, q: Query, answers: list[Prediction], ctx: Context) -> Prediction:
        """The answer as it is."""
        return answers[0]


class FreeU(FeatureChange):
    """The factors of the two coarsest resolutions."""

    def __init__(self, below: tuple[float, float], across: tuple[float, float], threshold: int) -> None:
        self.below, self.across, self.threshold = below, across, threshold

    def joined(self, hidden: Tensor, skip: Tensor, depth: int, depths: int) -> tuple[Tensor, Tensor]:
        """Both with their factors."""
        if depth >= len(self.below):
            return hidden, skip
        return amplified(hidden, self.below[depth]), filtered(skip, self.across[depth], self.threshold)


def amplified(hidden: Tensor, gain: float) -> Tensor:
    """The first half of the channels times 1 + (gain − 1) m, m the channels' mean between its least and its most."""
    mean = hidden.mean(1, keepdim=True)
    least, most = mean.amin((2, 3), keepdim=True), mean.amax((2, 3), keepdim=True)
    level = (mean - least) / (most - least).clamp_min(torch.finfo(mean.dtype).tiny)
    half = hidden.shape[1] // 2
    return torch.cat([hidden[:, :half] * (1 + (gain - 1) * level), hidden[:, half:]], 1)


def filtered(skip: Tensor, gain: float, threshold: int) -> Tensor:
    """Frequencies below the threshold on both axes times `gain`; in float32 at least."""
    if gain == 1:
        return skip
    spectrum = torch.fft.fftn(skip if skip.dtype == torch.float64 else skip.float(), dim=(-2, -1))
    low = [torch.fft.fftfreq(side, 1 / side, device=skip.device).abs() < threshold for side in skip.shape[-2:]]
    both = low[0][:, None] & low[1]
    left: Tensor = torch.fft.ifftn(torch.where(both, gain * spectrum, spectrum), dim=(-2, -1)).real
    return left.to(skip.dtype)
