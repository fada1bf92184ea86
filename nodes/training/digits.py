"""Train the digits that come with Noiseloom: `python -m nodes.training.digits --out FOLDER [--minutes 40]`.

Kill it at any time; started again with the same folder, it goes on from its checkpoint. Needs scikit-learn, which
carries the pictures: `pip install 'noiseloom[train]'`.
"""

from __future__ import annotations

from pathlib import Path

from nodes.networks.checkpoint import serialise
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.text import DIGITS
from nodes.training.course import Course, Options, follow, parser
from nodes.training.examples import DigitExamples
from nodes.training.handwriting import Digits, divided, find_digits, read_digits
from nodes.training.ink import SIZE
from nodes.training.recipe import Recipe
from nodes.training.trainer import Trainer

SEEN = 1200
"""Digits that the network is trained on; the judge is trained on the others."""

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


def course(trainer: Trainer, folder: Path) -> Course[Trainer]:
    """The training of the digits, kept in a folder."""
    return Course(trainer, folder, "digits.safetensors", finished)


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    options = parser("Train the digits that come with Noiseloom.").parse_args(namespace=Options())
    trainer = Trainer(NETWORK, DigitExamples(seen_and_unseen()[0]), Recipe())
    follow(course(trainer, options.out), options)


if __name__ == "__main__":
    main()
