"""Train the emoji's autoencoder: `python -m nodes.training.emoji_autoencoder --data FOLDER --out FOLDER`.

`--data` is the `node_modules` folder into which npm installed the pictures (`emoji_table.INSTALL`). Kill it at any
time; started again with the same folders, it goes on from its checkpoint.
"""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from nodes.contracts.rows import Rows
from nodes.networks.autoencoder_configuration import AutoencoderConfiguration, Latents
from nodes.networks.checkpoint import serialise
from nodes.training.autoencoder import AutoencoderTrainer
from nodes.training.course import Course, follow
from nodes.training.emoji import PICTURES, EmojiOptions, emoji_parser
from nodes.training.emoji_examples import EmojiExamples
from nodes.training.emoji_table import Emoji, read_table
from nodes.training.recipe import AutoencoderRecipe

EVERY = 120.0
"""Seconds between two checkpoints of 20 MB."""

SIZE = 64
"""Side of a picture in pixels."""

LATENTS = 4
"""Channels of the latents; 16 x 16 of 64 x 64 pixels."""

RECIPE = AutoencoderRecipe(batch=8, learning_rate=1e-3, plateau=3000, average_power=12.0)

NETWORK = AutoencoderConfiguration(
    channels=3,
    latent_channels=LATENTS,
    size=SIZE,
    patch=2,
    encoder_widths=(48, 96),
    encoder_blocks=(1, 2),
    decoder_widths=(64, 96),
    decoder_blocks=(2, 3),
    latents=Latents.untrained(LATENTS, 3),
    title="Emoji, 64 x 64 pixels as 16 x 16 latents",
    licence=f"The weights are under the MIT licence, as Noiseloom is. {PICTURES.format(size=SIZE)}",
)


class EmojiPictures:
    """Emoji drawn anew each time, without their words."""

    def __init__(self, examples: EmojiExamples) -> None:
        self.examples = examples

    def pictures(self, rows: Rows, step: int) -> Tensor:
        """The pictures of a batch."""
        return self.examples.batch(rows, step)[0]


def course(
    emoji: list[Emoji],
    folder: Path,
    recipe: AutoencoderRecipe = RECIPE,
    network: AutoencoderConfiguration = NETWORK,
) -> Course[AutoencoderTrainer]:
    """The training on these emoji, kept in a folder."""
    examples = EmojiExamples(emoji, network.size)
    trainer = AutoencoderTrainer(network, EmojiPictures(examples), recipe)
    told = f"{len(examples.captions):,} pictures of {len(emoji):,} emoji"
    return Course(trainer, folder, "emoji-autoencoder.safetensors", lambda trained: finished(trained, told))


def finished(trainer: AutoencoderTrainer, told: str) -> bytes:
    """The file of the averaged network, in float16, with what it was made of."""
    seen, recipe = trainer.step * trainer.recipe.batch, trainer.recipe.model_dump_json()
    text = f"{trainer.step:,} steps, {seen:,} pictures seen: {told}. Recipe: {recipe}"
    return serialise(trainer.averaged(recipe=text))


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    options = emoji_parser("Train the emoji's autoencoder.").parse_args(namespace=EmojiOptions())
    follow(course(read_table(options.data), options.out), options, EVERY)


if __name__ == "__main__":
    main()
