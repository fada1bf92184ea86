"""Train the digits that come with Noiseloom: `python -m nodes.training.digits --out FOLDER [--minutes 40]`.

Kill it at any time; started again with the same folder, it goes on from its checkpoint. Needs scikit-learn, which
carries the pictures: `pip install 'noiseloom[train]'`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import torch
import typer

from nodes.networks.checkpoint import serialise
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.text import DIGITS
from nodes.training.examples import DigitExamples
from nodes.training.handwriting import Digits, divided, find_digits, read_digits
from nodes.training.ink import SIZE
from nodes.training.recipe import Recipe
from nodes.training.state import restore, save, write_whole
from nodes.training.trainer import Trainer

SEEN = 1200
"""Digits that the network is trained on; the judge is trained on the others."""

TOLD = 100
"""Steps between two lines that are told, and the steps whose loss they average."""

CHECKPOINT = "training.safetensors"
"""The file from which a training goes on."""

LICENCE = (
    "The weights are under the MIT licence, as Noiseloom is. They were trained on: E. Alpaydin, C. Kaynak, "
    "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998, "
    "https://doi.org/10.24432/C50P49, CC BY 4.0, as carried by scikit-learn; changed: drawn as crisp strokes of "
    "32 x 32 pixels, turned, slanted, stretched, moved and made bolder or thinner at random."
)

NETWORK = NetworkConfiguration(
    channels=1,
    size=SIZE,
    patch=2,
    widths=(64, 96),
    attention=(False, True),
    blocks=1,
    embedding_width=256,
    context_width=128,
    text_layers=2,
    vocabulary=DIGITS,
    prompt_length=12,
    sigma_data=0.71,
    sigma_min=0.01,
    sigma_max=40.0,
    title="Handwritten digits",
    licence=LICENCE,
)


def seen_and_unseen(path: Path | None = None) -> tuple[Digits, Digits]:
    """The digits that the network is trained on, and those that it never sees."""
    return divided(read_digits(path or find_digits()), SEEN)


def finished(trainer: Trainer) -> bytes:
    """The file of the averaged network, in float16, with what it was made of."""
    pictures, recipe = trainer.step * trainer.recipe.batch, trainer.recipe.model_dump_json()
    told = f"{trainer.step:,} steps, {pictures:,} pictures seen: {SEEN:,} of scikit-learn's digits. Recipe: {recipe}"
    return serialise(trainer.averaged(NETWORK.model_copy(update={"recipe": told})))


def keep(trainer: Trainer, folder: Path) -> None:
    """Write the checkpoint and the file of the network as it is now."""
    save(trainer, folder / CHECKPOINT)
    write_whole(folder / "digits.safetensors", finished(trainer))


def train(trainer: Trainer, folder: Path, until: int, every: float = 60) -> Iterator[float]:
    """Train up to a step, from the folder's checkpoint where there is one: the loss of each step.

    What is reached is kept every so many seconds; the caller keeps what it ends with.
    """
    if (folder / CHECKPOINT).exists():
        restore(trainer, folder / CHECKPOINT)
    kept = time.monotonic()
    while trainer.step < until:
        yield trainer.advance()
        if time.monotonic() > kept + every:
            keep(trainer, folder)
            kept = time.monotonic()


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    parser = argparse.ArgumentParser(description="Train the digits that come with Noiseloom.")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the checkpoint and the finished file")
    parser.add_argument("--minutes", type=float, default=40, help="how long, from now")
    parser.add_argument("--steps", type=int, default=10**9, help="up to which step, at most")
    parser.add_argument("--threads", type=int, default=1, help="of torch; more than one seldom pays")
    parser.add_argument("--compile", action="store_true", help="compile the network, where there is a C++ compiler")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    trainer = Trainer(NETWORK, DigitExamples(seen_and_unseen()[0]), Recipe())
    if arguments.compile:
        trainer.network.unet.compile()
    began, losses = time.monotonic(), list[float]()
    for loss in train(trainer, arguments.out, arguments.steps):
        losses.append(loss)
        minutes = (time.monotonic() - began) / 60
        if trainer.step % TOLD == 0:
            mean = sum(losses[-TOLD:]) / len(losses[-TOLD:])
            typer.echo(f"{minutes:6.1f} min  step {trainer.step:6d}  loss {mean:.4f}")
        if minutes > arguments.minutes:
            break
    keep(trainer, arguments.out)


if __name__ == "__main__":
    main()
