"""Examine trained names: `python -m nodes.training.verify_names WEIGHTS --data FOLDER [--judge FILE]`.

A judge that counted pairs of letters on names that the network never saw is asked about what the network makes, and
beside it about real names that neither of them saw. With `--judge` the judge is written to a file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import typer

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import drive
from nodes.decoder.text import lines
from nodes.guidance.cfg import cfg
from nodes.levels.uniform_time import uniform_time
from nodes.model.tokens import Completion
from nodes.networks.checkpoint import open_tokens
from nodes.noise.masked import masked
from nodes.solver.unmask import unmask
from nodes.training.names_table import KINDS, Name, divided, read_names
from nodes.training.spelling import Judge, Verdict, verdict
from nodes.training.state import write_whole

GUIDANCES = (1.0, 1.5)
EACH, STEPS = 20, 64
"""Names of each kind that are judged, and the steps in which they are made."""

SHOWN = 6
"""Names of each kind that are printed."""


def made(model: Completion, each: int, guidance: float, steps: int = STEPS, seed: int = 0) -> list[Name]:
    """So many names of each kind, the kinds in turn."""
    noise = masked(model, count=each * len(KINDS), seed=seed)
    levels = uniform_time(num_inference_steps=steps)
    guided = cfg(model, model.prompt(KINDS), guidance_scale=guidance)
    *_, last = drive(guided, unmask(), noise, levels, Context(Meter()))
    texts = lines(last.x, model.space)
    return [Name(text.rstrip(), KINDS[row % len(KINDS)]) for row, text in enumerate(texts)]


def halves(unseen: list[Name]) -> tuple[list[Name], list[Name]]:
    """Names that were held out, for the judge to count and to compare with."""
    return unseen[::2], unseen[1::2]


def least_of(judge: Judge, names: list[Name]) -> float:
    """The log likelihood by the letter than which only a twentieth of these names is less likely."""
    return float(judge.plain([name.text for name in names]).quantile(0.05))


def told(name: str, found: Verdict) -> str:
    """A line for a person."""
    return (
        f"{name}: {found.fresh:.1%} not learnt, {found.different:.1%} different, {found.plausible:.1%} plausible, "
        f"{found.told:.1%} of the kind asked for, log likelihood by the letter {found.likely:.3f}"
    )


def main() -> None:
    """Print what the judge says."""
    parser = argparse.ArgumentParser(description="Examine trained names.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the node_modules folder with the lists")
    parser.add_argument("--judge", type=Path, help="the file that the judge is written to")
    arguments = parser.parse_args()
    seen, unseen = divided(read_names(arguments.data))
    counted, compared = halves(unseen)
    judge = Judge.trained(counted, seen)
    least = least_of(judge, compared)
    if arguments.judge is not None:
        write_whole(arguments.judge, judge.content())
    typer.echo(f"plausible: {least:.3f} by the letter or more")
    typer.echo(told("real names, held out", verdict(judge, compared, least)))
    model = Completion(open_tokens(arguments.weights))
    for guidance in GUIDANCES:
        names = made(model, EACH, guidance)
        typer.echo(told(f"guidance {guidance:g}", verdict(judge, names, least)))
        for kind in KINDS:
            typer.echo(f"  {kind}: {', '.join([name.text for name in names if name.kind == kind][:SHOWN])}")


if __name__ == "__main__":
    main()
