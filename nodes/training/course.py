"""A training that runs for as long as it may, keeps what it reached, and goes on from there when started again."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
import typer

from nodes.training.state import restore, save, write_whole
from nodes.training.trainer import Training

TOLD = 100
"""Steps between two lines that are told, and the steps whose loss they average."""

CHECKPOINT = "training.safetensors"
"""The file from which a training goes on."""


Kind = TypeVar("Kind", bound=Training)


@dataclass(frozen=True)
class Course(Generic[Kind]):
    """A training and where it is kept: a folder, the name of the finished file in it, and how that is written."""

    trainer: Kind
    folder: Path
    name: str
    finished: Callable[[Kind], bytes]

    def keep(self) -> None:
        """Write the checkpoint and the file of the network as it is now."""
        save(self.trainer, self.folder / CHECKPOINT)
        write_whole(self.folder / self.name, self.finished(self.trainer))

    def train(self, until: int, every: float = 60) -> Iterator[float]:
        """Train up to a step, from the folder's checkpoint where there is one: the loss of each step.

        What is reached is kept every so many seconds; the caller keeps what it ends with.
        """
        if (self.folder / CHECKPOINT).exists():
            restore(self.trainer, self.folder / CHECKPOINT)
        kept = time.monotonic()
        while self.trainer.step < until:
            yield self.trainer.advance()
            if time.monotonic() > kept + every:
                self.keep()
                kept = time.monotonic()


class Options(argparse.Namespace):
    """What every training is asked on the command line."""

    out: Path
    minutes: float
    steps: int
    threads: int
    compile: bool


def parser(description: str) -> argparse.ArgumentParser:
    """The command line of a training, see `Options`."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--out", type=Path, required=True, help="the folder of the checkpoint and the finished file")
    made.add_argument("--minutes", type=float, default=40, help="how long, from now")
    made.add_argument("--steps", type=int, default=10**9, help="up to which step, at most")
    made.add_argument("--threads", type=int, default=1, help="of torch; more than one seldom pays")
    made.add_argument("--compile", action="store_true", help="compile the network, where there is a C++ compiler")
    return made


def follow(course: Course[Kind], options: Options, every: float = 60) -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    torch.set_num_threads(options.threads)
    if options.compile:
        course.trainer.compile()
    began, losses = time.monotonic(), list[float]()
    for loss in course.train(options.steps, every):
        losses.append(loss)
        minutes = (time.monotonic() - began) / 60
        if course.trainer.step % TOLD == 0:
            mean = sum(losses[-TOLD:]) / len(losses[-TOLD:])
            typer.echo(f"{minutes:6.1f} min  step {course.trainer.step:6d}  loss {mean:.4f}")
        if minutes > options.minutes:
            break
    course.keep()
