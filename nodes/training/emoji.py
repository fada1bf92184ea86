"""Train emoji from words: `python -m nodes.training.emoji --data FOLDER --out FOLDER [--minutes 40]`.

`--data` is the `node_modules` folder into which npm installed the pictures (`emoji_table.INSTALL`). Kill it at any
time; started again with the same folders, it goes on from its checkpoint.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from nodes.networks.checkpoint import serialise
from nodes.networks.configuration import NetworkConfiguration
from nodes.training.course import Course, Options, follow, parser
from nodes.training.emoji_examples import EmojiExamples, vocabulary
from nodes.training.emoji_pictures import SIZE
from nodes.training.emoji_table import Emoji, read_table
from nodes.training.recipe import Recipe
from nodes.training.trainer import Trainer

EVERY = 300.0
"""Seconds between two checkpoints of 70 MB."""

PICTURES = (
    "They were trained on: Noto Emoji, Google, Apache-2.0, as carried by emoji-datasource-google; Fluent Emoji, "
    "Microsoft, MIT, as carried by @lobehub/fluent-emoji-3d; changed: laid on white, made {size} x {size} pixels, "
    "turned, moved, made smaller and repainted at random."
)
"""Where the pictures come from and what was done to them."""

LICENCE = f"The weights are under the MIT licence, as Noiseloom is. {PICTURES.format(size=SIZE)} Words: emojilib, MIT."

RECIPE = Recipe(learning_rate=1.2e-3, rise=60, plateau=3000, matrix_rate=2.5, level_mean=-0.4)


def network(emoji: list[Emoji], deviation: float) -> NetworkConfiguration:
    """The network for these words and pictures of this standard deviation: 4.5 million parameters."""
    return NetworkConfiguration(
        channels=3,
        size=SIZE,
        patch=2,
        widths=(96, 128),
        attention=(False, True),
        blocks=1,
        embedding_width=256,
        context_width=128,
        text_layers=2,
        vocabulary=vocabulary(emoji),
        prompt_length=12,
        sigma_data=deviation,
        sigma_min=0.01,
        sigma_max=40.0,
        title="Emoji",
        licence=LICENCE,
    )


def course(emoji: list[Emoji], folder: Path, recipe: Recipe = RECIPE) -> Course[Trainer]:
    """The training of these emoji, kept in a folder."""
    examples = EmojiExamples(emoji)
    trainer = Trainer(network(emoji, examples.deviation), examples, recipe)
    told = f"{len(examples.captions):,} pictures of {len(emoji):,} emoji"
    return Course(trainer, folder, "emoji.safetensors", lambda trained: finished(trained, told))


def finished(trainer: Trainer, told: str) -> bytes:
    """The file of the averaged network, in float16, with what it was made of."""
    seen, recipe = trainer.step * trainer.recipe.batch, trainer.recipe.model_dump_json()
    text = f"{trainer.step:,} steps, {seen:,} pictures seen: {told}. Recipe: {recipe}"
    return serialise(trainer.averaged(trainer.network.configuration.model_copy(update={"recipe": text})))


class EmojiOptions(Options):
    """What this training is asked besides."""

    data: Path


def emoji_parser(description: str) -> argparse.ArgumentParser:
    """The command line of a training on emoji, see `EmojiOptions`."""
    asked = parser(description)
    asked.add_argument("--data", type=Path, required=True, help="the node_modules folder with the pictures")
    return asked


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    options = emoji_parser("Train emoji from words.").parse_args(namespace=EmojiOptions())
    follow(course(read_table(options.data), options.out), options, EVERY)


if __name__ == "__main__":
    main()
