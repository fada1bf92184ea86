"""How far an edit goes, and what it keeps: digits by a judge, emoji by their likelihood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.reward import score
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.cfg import cfg
from nodes.guidance.conditional import conditional
from nodes.guidance.null_text import null_text as guided_by_nulls
from nodes.guidance.rf_inversion import rf_inversion as pulled_back
from nodes.inversion.ddim import ddim as inverted
from nodes.inversion.ddpm import Path, ddpm
from nodes.inversion.exact import exact
from nodes.inversion.null_text import null_text
from nodes.inversion.rf_inversion import rf_inversion
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.model.flow_edit import flow_edit
from nodes.noise.gaussian import gaussian
from nodes.noise.noised import noised
from nodes.reward.denoising_loss import denoising_loss
from nodes.solver.ddim import ddim
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.o_belm import o_belm
from nodes.solver.replay import replay
from nodes.training.judge import Judge
from tests.benchmarks.held_back import judge, network, pictures
from tests.benchmarks.intervals import bootstrap
from tests.benchmarks.restoration import psnr
from tests.nodes.search.running import finished, run_with

STEPS, INNER, TOP = 20, 5, 40.0
WANTED = {
    "zero": "six",
    "one": "seven",
    "two": "three",
    "three": "eight",
    "four": "nine",
    "five": "six",
    "six": "eight",
    "seven": "nine",
    "eight": "three",
    "nine": "four",
}
"""What each digit becomes: another one of about its shape."""
EMOJI = (
    ("smiling face with sunglasses", "grinning face"),
    ("hamburger", "blue hamburger"),
    ("sunflower", "purple sunflower"),
    ("grinning cat", "pink cat"),
    ("ghost", "green ghost"),
)
"""What is shown, and what it becomes, as in the example."""


@dataclass(frozen=True)
class Task:
    """Pictures, the prompts that they show and those that they shall show, and the guidance scale of the latter."""

    network: Network
    clean: Sample
    shown: Cond
    wanted: Cond
    scale: float

    @property
    def source(self) -> Model:
        """The model under the prompts that are shown."""
        return conditional(self.network, self.shown)

    @property
    def target(self) -> Model:
        """The model under guidance toward the prompts that are wanted."""
        return cfg(self.network, self.wanted, guidance_scale=self.scale)


Edit: TypeAlias = Callable[[Task, RunContext], Sample]


def grid(top: float) -> Levels:
    """The grid from that level down."""
    return karras(num_inference_steps=STEPS, sigma_min=0.01, sigma_max=top)


def down(model: Model, solver: Solver, begin: Sample, top: float, run: RunContext) -> Sample:
    """Sampled from there to data."""
    return solve(model, solver, begin, grid(top), Context(run.meter))


def anew(task: Task, run: RunContext) -> Sample:
    """New samples of the wanted prompts, which keep nothing."""
    return down(task.target, dpmpp_2m(), gaussian(task.network, count=len(task.clean.rows), seed=5), TOP, run)


def sdedit(top: float) -> Edit:
    """Noised to that level, and sampled under the wanted prompt."""
    return lambda task, run: down(task.target, dpmpp_2m(), noised(task.clean, grid(top)), top, run)


def by_ddim(top: float) -> Edit:
    """DDIM inversion, and DDIM back under the wanted prompt."""

    def edited(task: Task, run: RunContext) -> Sample:
        return down(task.target, ddim(), finished(inverted(task.clean, task.source, grid(top), run=run)), top, run)

    return edited


def by_negative(top: float) -> Edit:
    """Negative-prompt inversion: DDIM inversion, and guidance away from the prompt that is shown."""

    def edited(task: Task, run: RunContext) -> Sample:
        target = cfg(task.network, task.wanted, task.shown, guidance_scale=task.scale)
        return down(target, ddim(), finished(inverted(task.clean, task.source, grid(top), run=run)), top, run)

    return edited


def exactly(top: float) -> Edit:
    """O-BELM undone, and sampled under the wanted prompt."""

    def edited(task: Task, run: RunContext) -> Sample:
        begin = finished(exact(task.clean, task.source, o_belm(), grid(top), run=run))
        return down(task.target, o_belm(), begin, top, run)

    return edited


def by_noise(path: Path, top: float) -> Edit:
    """DDPM inversion, its noise replayed under the wanted prompt."""

    def edited(task: Task, run: RunContext) -> Sample:
        solver = ddim(eta=1.0)
        found = finished(ddpm(task.clean, task.source, solver, grid(top), path=path, run=run))
        return down(task.target, replay(solver, found.trajectory), found.sample, top, run)

    return edited


def by_nulls(task: Task, run: RunContext) -> Sample:
    """Null-text inversion from pure noise."""
    nothing = task.network.prompt(("",))
    steps = null_text(
        task.clean,
        task.network,
        task.shown,
        nothing,
        grid(TOP),
        guidance_scale=task.scale,
        num_inner_steps=INNER,
        learning_rate=0.1,
        run=run,
    )
    found = finished(steps)
    target = guided_by_nulls(task.network, task.wanted, found.trajectory, guidance_scale=task.scale)
    return down(target, ddim(), found.sample, TOP, run)


def rectified(least: float) -> Edit:
    """RF-Inversion, pulled toward the picture down to that level."""

    def edited(task: Task, run: RunContext) -> Sample:
        begin = finished(rf_inversion(task.clean, task.source, grid(TOP), run=run))
        return down(pulled_back(task.target, task.clean, sigma_min=least), euler(), begin, TOP, run)

    return edited


def by_flow(top: float) -> Edit:
    """FlowEdit from that level."""

    def edited(task: Task, run: RunContext) -> Sample:
        model = flow_edit(task.source, task.target, task.clean)
        return down(model, euler(), noised(task.clean, grid(top)), top, run)

    return edited


def untouched(task: Task, run: RunContext) -> Sample:
    """The pictures themselves."""
    return task.clean


def common(top: float) -> dict[str, Edit]:
    """What digits and emoji are edited by, from that level where a method has a choice."""
    return {
        "the picture itself": untouched,
        "a new sample": anew,
        f"sdedit from s = {top / 2:g}": sdedit(top / 2),
        f"sdedit from s = {top:g}": sdedit(top),
        "ddim inversion": by_ddim(TOP),
        f"ddim inversion, s = {top:g}": by_ddim(top),
        "negative-prompt inversion": by_negative(TOP),
        f"o_belm undone, s = {top:g}": exactly(top),
        f"edit-friendly ddpm, s = {top:g}": by_noise("independent", top),
        "rf_inversion": rectified(3.7),
        f"flow_edit from s = {top:g}": by_flow(top),
    }


DIGITS: dict[str, Edit] = {
    **common(4.0),
    "sdedit from s = 1": sdedit(1.0),
    "sdedit from s = 8": sdedit(8.0),
    "o_belm undone, s = 8": exactly(8.0),
    "edit-friendly ddpm, s = 8": by_noise("independent", 8.0),
    "cyclediffusion, s = 4": by_noise("posterior", 4.0),
    "rf_inversion to s = 2": rectified(2.0),
    "flow_edit from s = 8": by_flow(8.0),
    "null_text": by_nulls,
}


def table(count: int, critic: Judge | None = None) -> None:
    """Measure and print, digits and emoji."""
    digits(count, critic or judge(count))
    emoji(max(len(EMOJI), count // 2))


def digits(count: int, critic: Judge) -> None:
    """Digits that the network never saw, made another digit."""
    model = network()
    clean, words = pictures(model, count)
    wanted = [WANTED[word] for word in words]
    task = Task(model, clean, model.prompt(tuple(words)), model.prompt(tuple(wanted)), 2.5)
    labels = torch.tensor([list(WANTED).index(word) for word in wanted])

    def strength(sample: Sample) -> Tensor:
        with torch.no_grad():
            scores: Tensor = critic(sample.x.clamp(-1, 1))
        return scores.softmax(1)[torch.arange(len(labels)), labels]

    print(
        f"Editing: {len(words)} digits that the network never saw, each to another of about its shape, {STEPS} steps."
    )
    print(
        "  edit: the judge's chance of the wanted digit, 0 … 1, higher is a stronger edit; kept: PSNR to the picture,"
    )
    print("  higher is more kept; NFE with the inversion, passes backward, for each. [95 % by bootstrap over pictures]")
    measured(task, DIGITS, strength, 2)


def emoji(count: int) -> None:
    """Emoji of the network's own, under another prompt."""
    model = network("emoji")
    pairs = [EMOJI[place % len(EMOJI)] for place in range(count)]
    shown, wanted = (model.prompt(tuple(pair[side] for pair in pairs)) for side in (0, 1))
    begin, meter = gaussian(model, count=count, seed=7), RunContext(Meter())
    drawn = down(cfg(model, shown, guidance_scale=3.0), dpmpp_2m(), begin, TOP, meter)
    clean = Sample(drawn.x.clamp(-1, 1), drawn.s, drawn.space, Rows.first(7, count))
    task = Task(model, clean, shown, wanted, 2.5)
    toward, away = (
        denoising_loss(conditional(model, prompt), levels=12, sigma_min=0.1, sigma_max=10.0)
        for prompt in (wanted, shown)
    )

    def strength(sample: Sample) -> Tensor:
        seen = Sample(sample.x.clamp(-1, 1), sample.s, sample.space, clean.rows)
        with torch.no_grad():
            return score(toward, seen, Context(Meter())) - score(away, seen, Context(Meter()))

    print(f"\nEditing: {count} emoji that the network drew, each under another prompt, {STEPS} steps.")
    print(
        "  edit: log-likelihood under the wanted prompt less that under the shown one, nats, higher is a stronger edit"
    )
    measured(task, common(2.0), strength, 1)


def measured(task: Task, methods: dict[str, Edit], strength: Callable[[Sample], Tensor], digits: int) -> None:
    """A line for each method."""
    rows = len(task.clean.rows)
    print(f"\n{'method':28} {'edit':>24} {'kept dB':>21} {'NFE':>5} {'backward':>9}")
    for name, edit in methods.items():
        run = run_with(Meter())
        ended = edit(task, run)
        kept = "" if edit is untouched else bootstrap(psnr(ended.x, task.clean.x)).text(1)
        told = bootstrap(strength(ended)).text(digits)
        spent, backwards = run.meter.rows / rows, run.meter.backwards / rows
        print(f"{name:28} {told:>24} {kept:>21} {spent:5.0f} {backwards:9.0f}", flush=True)
