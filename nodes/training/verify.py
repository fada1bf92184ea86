"""Examine trained digits: `python -m nodes.training.verify WEIGHTS --out FOLDER`.

A judge that was trained on other digits than the network reads what the network draws: the table says how often it
reads the digit asked for. Two sheets are written: samples, and samples beside the nearest training pictures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import typer
from torch import Tensor

from nodes.contracts.media import Image, sheet
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


def png(pictures: Tensor, columns: int) -> bytes:
    """Pictures [B, 1, H, W] in [-1, 1] on one sheet, enlarged."""
    pixels = ((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
    large = pixels.repeat_interleave(ENLARGED, 1).repeat_interleave(ENLARGED, 2)
    return Image(sheet(large, columns, gap=ENLARGED)[None]).files()[0].content


def beside(samples: Tensor, found: Tensor) -> Tensor:
    """Each sample and, to the right of it, what was found for it; [2 * B, 1, H, W]."""
    return torch.stack([samples, found], 1).flatten(0, 1)


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
    network, pictures, others = Network(open_checkpoint(arguments.weights)), drawn(seen), drawn(unseen)
    judge = trained_judge(DigitExamples(unseen))
    typer.echo(f"the judge reads {agreement(judge, pictures, seen.labels):.1%} of the {len(pictures)} digits that")
    typer.echo(
        f"the network was trained on, and {agreement(judge, others, unseen.labels):.1%} of its own {len(others)}"
    )
    samples = {guidance: sampled(network, EACH, guidance, arguments.seed) for guidance in GUIDANCES}
    for guidance, batch in samples.items():
        wrong = [f"{label} as {read}" for label, read in _misread(judge, batch)]
        share = agreement(judge, batch, asked(EACH))
        far = float(nearest(batch, pictures)[0].median())
        typer.echo(f"guidance {guidance:g}: {share:.1%} of {len(batch)} read as asked; median distance to the nearest")
        typer.echo(f"  training picture {far:.3f}; read as another: {', '.join(wrong) or 'none'}")
    typer.echo(f"median distance of the judge's digits to them: {float(nearest(others, pictures)[0].median()):.3f}")
    shown = samples[2.0][: 10 * SHOWN].reshape(SHOWN, 10, *pictures.shape[1:]).transpose(0, 1).flatten(0, 1)
    write_whole(arguments.out / "digits-samples.png", png(shown, SHOWN))
    compared = samples[2.0][-COMPARED:]
    found = nearest(compared, pictures)[1]
    write_whole(arguments.out / "digits-nearest.png", png(beside(compared, found), 8))


def _misread(judge: Judge, pictures: Tensor) -> list[tuple[int, int]]:
    labels, read = asked(len(pictures) // 10), judge.read(pictures)
    wrong = (labels != read).nonzero()[:, 0]
    return list(zip(labels[wrong].tolist(), read[wrong].tolist(), strict=True))


if __name__ == "__main__":
    main()
