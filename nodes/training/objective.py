"""What is learned: to see the picture through the noise, at all levels."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nodes.contracts.draws import normal, uniform
from nodes.contracts.levels import beside, place
from nodes.contracts.rows import Rows
from nodes.networks.denoiser import Denoiser, precondition
from nodes.training.recipe import Recipe


def drawn_levels(recipe: Recipe, rows: Rows, step: int) -> Tensor:
    """Noise levels s [B] of float64, ln s normal (Karras et al. 2022, arXiv:2206.00364, Table 1).

    One from each of B equally likely intervals: a batch of 64 then always has low and high levels.
    """
    count = len(rows)
    share = (torch.arange(count) + uniform(rows, (), "level", step=step)) / count
    normals = math.sqrt(2) * torch.erfinv(2 * share - 1)
    return (recipe.level_mean + recipe.level_deviation * normals).exp()


def dropped_texts(recipe: Recipe, rows: Rows, step: int, texts: list[str]) -> list[str]:
    """The texts, of which some are left empty at random."""
    chances = uniform(rows, (), "dropped", step=step).tolist()
    return ["" if chance < recipe.dropped else text for chance, text in zip(chances, texts, strict=True)]


def loss(network: Denoiser, pictures: Tensor, texts: list[str], s: Tensor, noise: Tensor) -> Tensor:
    """The mean squared error of the network's own output, a scalar.

    That is the error of x0 weighted by 1/c_out² (Karras et al. 2022, equation 8): each level weighs the same at the
    start. Pictures and noise [B, C, H, W], levels s [B].
    """
    guess = network(place(pictures, noise, s), s, *network.encode(texts))
    scale = beside(precondition(s, network.configuration).output, pictures)
    error: Tensor = ((guess - pictures) / scale).square().mean()
    return error


def noise_of(rows: Rows, event: tuple[int, ...], step: int) -> Tensor:
    """The noise of a step, [B, *event]."""
    return normal(rows, event, "noise", step=step)
