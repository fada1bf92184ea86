"""Train the adapter that slants the digits: `python -m nodes.training.slanted --out FOLDER [--steps 300]`.

Low-rank factors beside the network that comes with Noiseloom, which stays as it is: at strength 1 its digits lean to
the right, at -1 to the left. Needs scikit-learn, which carries the pictures: `pip install 'noiseloom[train]'`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
import typer
from torch import Tensor, nn

from graphs.home import assets_folder
from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.networks.adapter_file import serialise_adapter
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.denoiser import Denoiser
from nodes.networks.low_rank import Applied, Factors
from nodes.networks.text import DIGITS
from nodes.training.digits import seen_and_unseen
from nodes.training.examples import DigitExamples, Examples
from nodes.training.ink import draw
from nodes.training.objective import drawn_levels, dropped_texts, loss, noise_of
from nodes.training.recipe import Recipe
from nodes.training.state import write_whole
from nodes.training.variation import varied

SLANT = 0.7
"""How far a stroke moves aside for each pixel that it goes up."""
RANK = 4
RECIPE = Recipe(batch=16, learning_rate=3e-3, seed=11)
"""Of it the batch, the rate that falls in a line to 0, the levels and the share of dropped texts count."""
TOLD = 20


class SlantedExamples(DigitExamples):
    """Handwritten digits that lean to the right."""

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Digits drawn with replacement, each placed at random and slanted."""
        which = (uniform(rows, (), "which", step=step) * len(self.labels)).long()
        placing, pen = varied(rows, step)
        pictures = draw(self.fields[which], slanted(placing, SLANT), pen)
        return pictures, [DIGITS[label] for label in self.labels[which].tolist()]


def slanted(placing: Tensor, by: float) -> Tensor:
    """Placings [B, 2, 3] of pictures whose strokes move aside by so much for each pixel that they go up."""
    shear = torch.eye(3, dtype=placing.dtype)
    shear[0, 1] = by
    return placing @ shear


def fresh_factors(network: Denoiser, rank: int, seed: int) -> Factors:
    """Factors for all layers of the picture network, to be trained; at first they add nothing."""
    draws = torch.Generator().manual_seed(seed)
    down, up = dict[str, Tensor](), dict[str, Tensor]()
    for name, module in network.named_modules():
        if name.startswith("unet.") and isinstance(module, nn.Linear | nn.Conv2d):
            weight = module.weight
            fan_in = weight[0].numel()
            down[name] = (torch.randn(rank, *weight.shape[1:], generator=draws) / fan_in**0.5).requires_grad_()
            up[name] = torch.zeros(len(weight), rank, *(1,) * (weight.ndim - 2)).requires_grad_()
    return Factors(down, up)


def train(network: Denoiser, factors: Factors, examples: Examples, steps: int) -> Iterator[float]:
    """So many steps of the factors, the network as it is: the loss of each."""
    rows, strength = Rows.first(RECIPE.seed, RECIPE.batch), torch.ones(1)
    optimiser = torch.optim.Adam([*factors.down.values(), *factors.up.values()], betas=(0.9, 0.99))
    for step in range(steps):
        pictures, texts = examples.batch(rows, step)
        s, noise = drawn_levels(RECIPE, rows, step), noise_of(rows, tuple(pictures.shape[1:]), step)
        with Applied(network, [(factors, strength)]):
            value = loss(network, pictures, dropped_texts(RECIPE, rows, step, texts), s, noise)
        torch.autograd.backward(value)
        for group in optimiser.param_groups:
            group["lr"] = RECIPE.learning_rate * (1 - step / steps) * min(1.0, (step + 1) / TOLD)
        optimiser.step()
        optimiser.zero_grad()
        yield float(value.detach())


class Options(argparse.Namespace):
    """What is asked on the command line."""

    out: Path
    steps: int


def main() -> None:
    """Train for so many steps, tell the loss, and write the file."""
    parser = argparse.ArgumentParser(description="Train the adapter that slants the digits.")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the finished file")
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args(namespace=Options())
    network = open_checkpoint(assets_folder() / "weights" / "digits.safetensors")
    factors = fresh_factors(network, RANK, RECIPE.seed)
    losses = list[float]()
    for value in train(network, factors, SlantedExamples(seen_and_unseen()[0]), options.steps):
        losses.append(value)
        if len(losses) % TOLD == 0:
            typer.echo(f"step {len(losses):5d}  loss {sum(losses[-TOLD:]) / TOLD:.4f}")
    write_whole(options.out / "digits-slanted.safetensors", serialise_adapter(detached(factors)))


def detached(factors: Factors) -> Factors:
    """The factors as they are, without their training."""
    down, up = ({name: side.detach() for name, side in sides.items()} for sides in (factors.down, factors.up))
    return Factors(down, up)


if __name__ == "__main__":
    main()
