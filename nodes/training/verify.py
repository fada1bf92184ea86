"""Examine trained digits: `python -m nodes.training.verify WEIGHTS --out FOLDER`.

A judge that was trained on other digits than the network reads what the network draws: the table says how often it
reads the digit asked for. Two sheets are written: samples, and samples beside the nearest training pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch
import typer
from torch import Tensor

from nodes.contracts.media import Image, sheet
from nodes.contracts.rows import Rows
from nodes.model.checkpoint import Network
from nodes.networks.checkpoint import open_checkpoint
from nodes.training.digits import seen_and_unseen
from nodes.training.examples import DigitExamples
from nodes.training.handwriting import Digits
from nodes.training.ink import draw, fields
from nodes.training.judge import Judge, trained_judge
from nodes.training.nearest import nearest
from nodes.training.sampling import asked, sampled
from nodes.training.state import write_whole
from nodes.training.variation import upright

GUIDANCES = (1.0, 2.0, 4.0)
EACH = 20
"""Samples of each digit that are judged."""

SHOWN, COMPARED = 8, 16
"""Samples of each digit on the sheet of samples; samples on the sheet of nearest pictures."""

ENLARGED = 2


def drawn(digits: Digits) -> Tensor:
    """The digits as they were written, [N, 1, 32, 32]."""
    return draw(fields(digits.ink), *upright(len(digits.labels)))


def agreement(judge: Judge, pictures: Tensor, labels: Tensor) -> float:
    """The share of pictures in which the judge reads the label."""
    return float((judge.read(pictures) == labels).float().mean())


def misread(judge: Judge, samples: Tensor) -> list[tuple[int, int]]:
    """The digit asked for and the digit read, of each of `sampled` where they differ."""
    labels, read = asked(len(samples) // 10), judge.read(samples)
    wrong = (labels != read).nonzero()[:, 0]
    return list(zip(labels[wrong].tolist(), read[wrong].tolist(), strict=True))


def png(pictures: Tensor, columns: int) -> bytes:
    """Pictures [B, 1, H, W] in [-1, 1] on one sheet, enlarged."""
    pixels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
    large = pixels.repeat_interleave(ENLARGED, 1).repeat_interleave(ENLARGED, 2)
    return Image(sheet(large, columns, gap=ENLARGED)[None]).files()[0].content


def beside(samples: Tensor, found: Tensor) -> Tensor:
    """Each sample and, to the right of it, what was found for it; [2 * B, 1, H, W]."""
    return torch.stack([samples, found], 1).flatten(0, 1)


def told(judge: Judge, samples: dict[float, Tensor], pictures: Tensor) -> Iterator[str]:
    """Lines on the samples of each guidance: what the judge reads, how near the training `pictures` are."""
    for guidance, batch in samples.items():
        share = agreement(judge, batch, asked(len(batch) // 10))
        wrong = ", ".join(f"{label} as {read}" for label, read in misread(judge, batch)) or "none"
        yield f"guidance {guidance:g}: {share:.1%} of {len(batch)} read as asked; otherwise: {wrong}"
        yield f"  median distance to the nearest training picture {median_distance(batch, pictures):.3f}"


def median_distance(batch: Tensor, pictures: Tensor) -> float:
    """The median distance of a batch to the nearest of some pictures."""
    return float(nearest(batch, pictures)[0].median())


def main() -> None:
    """Print the table and write the sheets."""
    parser = argparse.ArgumentParser(description="Examine trained digits.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the two sheets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    seen, unseen = seen_and_unseen()
    network, pictures = Network(open_checkpoint(arguments.weights)), drawn(seen)
    judge = trained_judge(DigitExamples(unseen))
    typer.echo(f"the judge reads {agreement(judge, pictures, seen.labels):.1%} of the network's {len(pictures)} digits")
    samples = {guidance: sampled(network, EACH, guidance, arguments.seed) for guidance in GUIDANCES}
    for line in told(judge, samples, pictures):
        typer.echo(line)
    for name, digits in (("the network's", seen), ("the judge's", unseen)):
        placed, _ = DigitExamples(digits).labelled(Rows.first(arguments.seed, 10 * EACH), 0)
        typer.echo(f"{name} digits, placed at random: median distance {median_distance(placed, pictures):.3f}")
    shown = samples[2.0][: 10 * SHOWN].reshape(SHOWN, 10, *pictures.shape[1:]).transpose(0, 1).flatten(0, 1)
    write_whole(arguments.out / "digits-samples.png", png(shown, SHOWN))
    compared = samples[2.0][-COMPARED:]
    found = nearest(compared, pictures)[1]
    write_whole(arguments.out / "digits-nearest.png", png(beside(compared, found), 8))


if __name__ == "__main__":
    main()
