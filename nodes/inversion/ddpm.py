"""DDPM inversion: the noise that every step would have had to draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, Preview, Progress, RunContext, Steps, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, alpha_sigma, eps_of, factor, place
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver, x0_of
from nodes.contracts.state import State
from nodes.contracts.trajectory import Trajectory
from nodes.solver.replay import RESIDUAL

Path: TypeAlias = Literal["independent", "posterior"]
PURPOSE = "inversion/ddpm"


class Inverted(NamedTuple):
    """Where the way begins, and the noise of its steps."""

    sample: Sample
    trajectory: Trajectory


def cost(known: Known) -> Estimate:
    """One kernel a step."""
    rows, calls = known.input("sample").rows, known.input("solver").calls
    asked = known.input("levels").steps if calls is None else calls(known.input("levels").steps)
    return Estimate(nfe=rows * asked * known.input("model").each, rows=rows)


@node(cost=cost, also=("inversion.edit_friendly", "inversion.dpm_encoder", "inversion.cycle_diffusion"))
def ddpm(
    sample: Sample,
    model: Model,
    solver: Annotated[Solver, needs("stochastic")],
    levels: Levels,
    *,
    path: Path = "independent",
    run: RunContext,
) -> Steps[Inverted]:
    """DDPM inversion: a way from noise to the sample, and the noise z that leads the solver along it.

    The points of the way are drawn without the model: "independent", x_k = α_k x0 + σ_k ε_k with a fresh ε_k at every
    level, is edit-friendly inversion (Huberman-Spiegelglas et al. 2024, arXiv:2304.06140, section 3); "posterior",
    x_{k+1} ~ q(x_{k+1} | x_k, x0), is the DPM-Encoder of CycleDiffusion (Wu & De la Torre 2023, arXiv:2210.05559,
    algorithm 1). Then z_k = (x_{k+1} − mean)/std of the step that the solver would make from x_k. Sampling with
    solver.replay of the trajectory gives the sample back but for rounding, for any model and guidance; under another
    prompt it becomes an edit. `levels` fall to 0, as they do for sampling; from a lower first level more of the sample
    is kept. Where a step draws nothing, as the last, what it lacks is kept as "residual".
    `sample` is the way's first point, at the first level. Cost: the solver's calls; memory for four points a row and
    step. Errors: a solver that draws nothing or tokens; a sample above s = 0; levels that do not fall to 0.
    """
    _refuse(sample, solver, levels)
    begun, ctx = sample.to(run.device), Context(run.meter)
    with torch.no_grad():
        way = Way(begun, path, levels.of(sample.rows), ctx)
        state = way.start(solver, levels)
    for number, s_next in enumerate(way.s[1:]):
        yield Progress(number, len(levels))
        with torch.no_grad():
            kernel = solver.kernel(model, state, s_next, ctx)
            state = way.stepped(kernel, s_next)
        yield Preview(state.guess())
    yield Progress(len(levels), len(levels))
    first = Sample(way.x[0], way.s[0].clone(), sample.space, sample.rows)
    return Inverted(first, way.trajectory())


@dataclass
class Way:
    """The way while it is walked: the points so far, what was predicted at them, the noise between them."""

    sample: Sample
    path: Path
    s: Tensor
    ctx: Context
    x: list[Tensor] = field(default_factory=list)
    x0: list[Tensor] = field(default_factory=list)
    z: list[Tensor] = field(default_factory=list)
    residual: list[Tensor] = field(default_factory=list)

    def start(self, solver: Solver, levels: Levels) -> State:
        """The solver's state at the first point."""
        clean, first = self.sample, self.s[0]
        still = State.at(clean, clean.x, clean.s)
        top = place(clean.x, self.ctx.noise.normal(still, PURPOSE), first)
        state = solver.start(Sample(top, first.clone(), clean.space, clean.rows), levels, self.ctx)
        self.x.append(state.x)
        return state

    def stepped(self, kernel: object, s_next: Tensor) -> State:
        """The state at the next point, reached by the noise that leads there."""
        if not isinstance(kernel, GaussianKernel):
            raise TypeError("the solver draws no normal noise")
        wanted = self._next(kernel, s_next)
        z = kernel.z(wanted)
        drawn = kernel.by(z)
        # What is left where nothing is drawn. Elsewhere it is rounding, which must not be replayed.
        residual = torch.where(_drawing(kernel, drawn), 0.0, wanted - drawn)
        state = kernel.at(drawn + residual)
        self.x.append(state.x)
        self.x0.append(x0_of(state))
        self.z.append(z)
        self.residual.append(residual)
        return state

    def trajectory(self) -> Trajectory:
        """The whole way."""
        x, x0, z, residual = (torch.stack(points) for points in (self.x, self.x0, self.z, self.residual))
        return Trajectory(self.s, self.sample.rows, self.sample.space, x, x0, z, {RESIDUAL: residual})

    def _next(self, kernel: GaussianKernel, s_next: Tensor) -> Tensor:
        """The next point, drawn without the model."""
        begun, clean = kernel.begun, self.sample.x
        fresh = self.ctx.noise.normal(begun, PURPOSE, draw=1)
        if self.path == "independent":
            return place(clean, fresh, s_next)
        alpha, sigma = alpha_sigma(s_next)
        left = torch.sqrt((sigma.square() - kernel.std.square()).clamp(min=0))
        mean = factor(alpha, clean) * clean + factor(left, clean) * eps_of(begun.x, clean, begun.s)
        return mean + factor(kernel.std, mean) * fresh


def _drawing(kernel: GaussianKernel, x: Tensor) -> Tensor:
    std = kernel.std
    return moved((std != 0).reshape(*std.shape, *(1,) * (x.ndim - std.ndim)), x.device)


def _refuse(sample: Sample, solver: Solver, levels: Levels) -> None:
    if "stochastic" not in solver.abilities or "tokens" in solver.abilities:
        raise InputError(
            "there is no noise of this solver that could be found",
            where="solver",
            given=type(solver).__name__,
            allowed="a solver that draws normal noise, as solver.ancestral or solver.ddim with eta above 0",
            mend="wire such a solver",
        )
    s = levels.of(sample.rows)
    if not bool((s[1:] < s[:-1]).all()) or bool((s[-1] != 0).any()):
        raise InputError(
            "the levels do not fall to 0 in every step",
            given=levels.describe(),
            allowed="falling levels that end at 0, as for sampling",
            mend="wire the levels that the sampler has",
        )
    if bool((sample.s != 0).any()):
        raise InputError(
            "only a finished sample can be inverted",
            where="sample",
            given=sample.describe(),
            allowed="a sample at s = 0",
            mend="sample it to the end first",
        )
