"""The training of an autoencoder: what it is shown, what it has lost, and what its latents are like in the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor

from nodes.contracts.draws import normal
from nodes.contracts.rows import Rows
from nodes.networks.autoencoder import Autoencoder
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration, Latents
from nodes.training.recipe import AutoencoderRecipe
from nodes.training.trainer import Training, fresh


class Pictures(Protocol):
    """An endless supply of pictures, each a function of a row's seed and the step."""

    def pictures(self, rows: Rows, step: int) -> Tensor:
        """A picture [C, H, W] in [-1, 1] for each row: [B, C, H, W]."""
        ...


class AutoencoderTrainer(Training):
    """An autoencoder in training."""

    network: Autoencoder
    recipe: AutoencoderRecipe

    def __init__(self, configuration: AutoencoderConfiguration, examples: Pictures, recipe: AutoencoderRecipe) -> None:
        self.examples = examples
        super().__init__(fresh(lambda: Autoencoder(configuration), recipe.seed), recipe)

    @property
    def described(self) -> str:
        """The configuration, but for what it says for a person."""
        return self.network.configuration.identity

    def loss(self) -> Tensor:
        """Of pictures and latents that are drawn for this step."""
        pictures = self.examples.pictures(self.rows, self.step)
        made, height, width = self.network.configuration, *pictures.shape[2:]
        cells = (made.latent_channels, height // made.factor, width // made.factor)
        with self.autocast():
            guess, mean, variance = self.network(pictures, normal(self.rows, cells, "latents", step=self.step))
            missed = (guess - pictures).abs().mean() + self.recipe.edges * edge_error(guess, pictures)
            told: Tensor = missed + self.recipe.information * information(mean, variance)
        return told

    def averaged(self, **told: str) -> Autoencoder:
        """The averaged network, its latents measured, with a title, recipe and licence."""
        made = self.network.configuration.model_copy(update=told)
        network = self.filled(Autoencoder(made))
        shown = (self.examples.pictures(self.rows, -1 - number) for number in range(MEASURED))
        measured = made.model_copy(update={"latents": measured_latents(network, shown)})
        return self.filled(Autoencoder(measured))


MEASURED = 32
"""Batches by which the latents are measured."""


def edge_error(guess: Tensor, pictures: Tensor) -> Tensor:
    """The mean error of the differences between neighbours, over both directions; a scalar."""
    error = guess - pictures
    return (error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()) / 2


def information(mean: Tensor, variance: Tensor) -> Tensor:
    """The mean divergence of N(mean, exp(variance)) from N(0, 1), in nats (arXiv:1312.6114, appendix B); a scalar."""
    return (mean.square() + variance.exp() - 1 - variance).mean() / 2


@torch.no_grad()
def measured_latents(network: Autoencoder, shown: Iterator[Tensor]) -> Latents:
    """Mean and deviation of the latents of pictures, and the linear map to pixels that errs least in square.

    A cell's pixel is the mean of the square of pixels that it stands for.
    """
    latents, pixels = list[Tensor](), list[Tensor]()
    for pictures in shown:
        latents.append(_cells(network.encoder(pictures)[0]))
        pixels.append(_cells(torch.nn.functional.avg_pool2d(pictures, network.configuration.factor)))
    seen, wanted = torch.cat(latents).double(), torch.cat(pixels).double()
    shift, scale = seen.mean(0), seen.std(0).clamp_min(1e-6)
    known = torch.cat([(seen - shift) / scale, torch.ones(len(seen), 1, dtype=torch.float64)], 1)
    ridge = 1e-9 * len(known) * torch.eye(known.shape[1], dtype=torch.float64)
    preview = torch.linalg.solve(known.T @ known + ridge, known.T @ wanted).T
    return Latents(
        shift=tuple(_short(shift)), scale=tuple(_short(scale)), preview=tuple(tuple(_short(row)) for row in preview)
    )


def _cells(maps: Tensor) -> Tensor:
    """[B, C, h, w] as [B h w, C]."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def _short(values: Tensor) -> list[float]:
    return [float(f"{value:.6g}") for value in values.tolist()]
