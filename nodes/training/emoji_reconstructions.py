"""Examine a trained autoencoder: `python -m nodes.training.emoji_reconstructions WEIGHTS --data FOLDER --out FOLDER`.

Tells how near the emoji come back, and writes a sheet: each picture, what came back, and its preview.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
import typer
from torch import Tensor

from graphs import RunContext
from graphs.running.context import Meter
from nodes.codec.autoencoder import autoencoder
from nodes.contracts.codec import Codec
from nodes.contracts.context import Context
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.training.emoji_autoencoder import SIZE
from nodes.training.emoji_examples import captions, pictures
from nodes.training.emoji_pictures import draw
from nodes.training.emoji_table import STYLES, read_table
from nodes.training.state import write_whole
from nodes.training.verify import png

SHOWN, COLUMNS = 12, 12
"""Pictures on the sheet, and pictures of all three kinds in a line of it."""

PEAK = 2.0
"""From black to white."""


def upright(kept: Tensor) -> Sample:
    """Kept pictures as they are, neither moved nor repainted."""
    placing = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).expand(len(kept), 2, 3)
    x = draw(kept, placing)
    return Sample(x, torch.zeros(len(x)).double(), Space("pixels", tuple(x.shape[1:])), Rows.first(0, len(x)))


def come_back(codec: Codec, sample: Sample) -> tuple[Tensor, Tensor]:
    """What a codec makes of pictures, and their previews, within [-1, 1]."""
    with torch.no_grad():
        latents = codec.encode(sample, Context(Meter()))
        back, preview = codec.decode(latents, Context(Meter())), codec.preview(latents, Context(Meter()))
    return back.x.clamp(-1, 1), preview.x.clamp(-1, 1)


def decibels(back: Tensor, pictures: Tensor) -> Tensor:
    """The peak signal-to-noise ratio of each picture, [B]."""
    return 10 * torch.log10(PEAK**2 / (back - pictures).square().flatten(1).mean(1))


def told(values: Tensor, styles: list[str]) -> Iterator[str]:
    """Lines on how near the pictures of each style come back."""
    for style in STYLES:
        of_style = values[torch.tensor([other == style for other in styles])]
        mean, median, least = of_style.mean(), of_style.median(), of_style.min()
        yield f"{style}: {len(of_style)} pictures, mean {mean:.1f} dB, median {median:.1f}, lowest {least:.1f}"
    yield f"all: mean {values.mean():.1f} dB"


def main() -> None:
    """Print the lines and write the sheet."""
    parser = argparse.ArgumentParser(description="Examine a trained autoencoder.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the node_modules folder with the pictures")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the sheet")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    emoji = read_table(arguments.data)
    codec = autoencoder(weights=arguments.weights, run=RunContext(Meter()))
    found = [(sample.x, *come_back(codec, sample)) for sample in map(upright, torch.split(pictures(emoji, SIZE), 64))]
    shown, back, previews = (torch.cat(parts) for parts in zip(*found, strict=True))
    for line in told(decibels(back, shown), [caption.style for caption in captions(emoji)]):
        typer.echo(line)
    chosen = torch.linspace(0, len(shown) - 1, SHOWN).long()
    beside = torch.stack([shown[chosen], back[chosen], previews[chosen]], 1).flatten(0, 1)
    write_whole(arguments.out / "emoji-autoencoder.png", png(beside, COLUMNS))


if __name__ == "__main__":
    main()
