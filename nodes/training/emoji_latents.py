"""Train emoji from words as latents: `python -m nodes.training.emoji_latents --data FOLDER --autoencoder FILE --out …`.

The network is that of `emoji`, on the latents of an autoencoder that `emoji_autoencoder` trained. `--data` is the
`node_modules` folder into which npm installed the pictures (`emoji_table.INSTALL`). Kill it at any time; started again
with the same folders and file, it goes on from its checkpoint. `--begin` names weights to begin from: those of `emoji`
know the words already, and differ in the first and the last layer alone.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from nodes.contracts.rows import Rows
from nodes.networks.autoencoder import Autoencoder, codec_name
from nodes.networks.checkpoint import open_autoencoder
from nodes.networks.configuration import NetworkConfiguration
from nodes.training.course import Course, follow
from nodes.training.emoji import EVERY, LICENCE, EmojiOptions, emoji_parser, finished, network
from nodes.training.emoji_examples import EmojiExamples
from nodes.training.emoji_table import Emoji, read_table
from nodes.training.recipe import Recipe
from nodes.training.state import begin_from
from nodes.training.trainer import Trainer

RECIPE = Recipe(learning_rate=1.2e-3, rise=60, plateau=3000, matrix_rate=2.5, level_mean=0.0)
"""At higher levels than for pixels, of which many neighbours say the same and average the noise out."""


class EmojiLatents:
    """Emoji with their words, as latents; each drawn anew each time."""

    def __init__(self, examples: EmojiExamples, autoencoder: Autoencoder) -> None:
        self.examples, self.autoencoder = examples, autoencoder

    @torch.no_grad()
    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Latents of pictures drawn with replacement, and their texts."""
        pictures, texts = self.examples.batch(rows, step)
        return self.autoencoder.encode(pictures).contiguous(), texts


def latent_network(emoji: list[Emoji], autoencoder: Autoencoder) -> NetworkConfiguration:
    """The emoji's network for the latents of an autoencoder, which are of unit variance."""
    made = autoencoder.configuration
    return network(emoji, 1.0).model_copy(
        update={
            "channels": made.latent_channels,
            "size": made.size // made.factor,
            "patch": 1,
            "codec": codec_name(autoencoder),
            "cell": made.factor,
            "colours": made.colours,
            "title": f"Emoji, {made.size} x {made.size} pixels as latents",
            "licence": LICENCE.replace("32 x 32", f"{made.size} x {made.size}"),
        }
    )


def course(emoji: list[Emoji], autoencoder: Autoencoder, folder: Path, recipe: Recipe = RECIPE) -> Course[Trainer]:
    """The training of these emoji's latents, kept in a folder."""
    examples = EmojiExamples(emoji, autoencoder.configuration.size)
    trainer = Trainer(latent_network(emoji, autoencoder), EmojiLatents(examples, autoencoder), recipe)
    told = f"{len(examples.captions):,} pictures of {len(emoji):,} emoji"
    return Course(trainer, folder, "emoji-latent.safetensors", lambda trained: finished(trained, told))


class LatentOptions(EmojiOptions):
    """What this training is asked besides."""

    autoencoder: Path
    begin: Path | None


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    asked = emoji_parser("Train emoji from words, as latents.")
    asked.add_argument("--autoencoder", type=Path, required=True, help="the file of the autoencoder")
    asked.add_argument("--begin", type=Path, help="weights to begin from, as those of emoji")
    options = asked.parse_args(namespace=LatentOptions())
    made = course(read_table(options.data), open_autoencoder(options.autoencoder), options.out)
    if options.begin:
        begin_from(made.trainer, options.begin)
    follow(made, options, EVERY)


if __name__ == "__main__":
    main()
