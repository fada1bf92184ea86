"""A stochastic solver with noise that was recorded."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, abilities, needs, node
from nodes.contracts.context import Context
from nodes.contracts.devices import moved, take_rows
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.solver import Solver
from nodes.contracts.state import State
from nodes.contracts.trajectory import Trajectory
from nodes.solver.over import Over

RESIDUAL = "residual"
"""In a trajectory's aux [N, B, *event]: what is to be added besides, as inversion.ddpm finds where nothing is drawn."""


def cost(known: Known) -> Estimate:
    """The inner solver's calls."""
    return Estimate(calls=known.input("solver").calls)


@node(abilities=abilities(like="solver", without=("stochastic",)), cost=cost)
def replay(solver: Annotated[Solver, needs("stochastic")], trajectory: Trajectory) -> Solver:
    """A stochastic solver whose noise is that of a trajectory: x' = mean + std · z of the step's normal law.

    Step k of a row uses z[k] of the trajectory's row with the same lineage, or else of the same origin: with the
    model, the levels and the noise of the recording the result is the same bitwise; with another condition it is an
    edit that keeps what the noise decided (edit-friendly inversion, arXiv:2304.06140). What a trajectory
    holds as "residual" in its aux is added. Calls: the inner solver's.
    Errors: a solver that draws nothing, or draws tokens; a trajectory without z, too short, or of other rows or shape.
    """
    if "stochastic" not in solver.abilities or "tokens" in solver.abilities:
        raise InputError(
            "there is no noise of this solver that could be replayed",
            given=type(solver).__name__,
            allowed="a solver that draws normal noise, as solver.ancestral or solver.ddim with eta above 0",
            mend="wire such a solver",
        )
    if trajectory.z is None:
        raise InputError(
            "the trajectory holds no noise",
            given=trajectory.describe(),
            allowed="a trajectory recorded with a solver that draws noise",
            mend="record it by solver.trajectory with solver.ancestral or solver.ddim with eta above 0",
        )
    return Replay(solver, trajectory.z, trajectory.rows, trajectory.aux.get(RESIDUAL))


class Replay(Over):
    """The method of `replay`; it draws nothing itself."""

    def __init__(self, inner: Solver, z: Tensor, rows: Rows, residual: Tensor | None = None) -> None:
        super().__init__(inner)
        self.abilities = inner.abilities - {"stochastic"}
        self.z, self.rows, self.residual = z, rows, residual

    def step(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> State:
        """The step that the recorded noise leads to."""
        kernel = self.inner.kernel(model, state, s_next, ctx)
        if not isinstance(kernel, GaussianKernel):
            raise TypeError(f"{type(self.inner).__name__} draws no normal noise")
        z = moved(self.recorded(self.z, state), kernel.mean.device).to(kernel.mean.dtype)
        x = kernel.by(z)
        if self.residual is not None:
            x = x + moved(self.recorded(self.residual, state), x.device).to(x.dtype)
        return kernel.at(x)

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> GaussianKernel:
        """There is none: the noise is given."""
        raise InputError(
            "a solver that replays recorded noise has no law to draw from",
            allowed="a solver that draws",
            mend="wire the solver that is inside solver.replay",
        )

    def recorded(self, entries: Tensor, state: State) -> Tensor:
        """What was recorded for each row's step, [B, *event] of entries [N, R, *event]."""
        steps, count = entries.shape[:2]
        latest = int(state.step.max()) if len(state.rows) else 0
        if latest >= steps or entries.shape[2:] != state.x.shape[1:]:
            raise InputError(
                "the trajectory does not fit what is sampled",
                given=f"noise for {steps} steps of shape {list(entries.shape[2:])}",
                allowed=f"{latest + 1} steps or more, of shape {list(state.x.shape[1:])}",
                mend="sample over the levels of the recording, and the same kind of points",
            )
        return take_rows(entries.flatten(0, 1), state.step * count + followed(self.rows, state.rows))


def followed(recorded: Rows, rows: Rows) -> Tensor:
    """Which of the recorded rows each of these follows, [B]: that of the same lineage, or else of the same origin."""
    by_seed = {seed: place for place, seed in reversed(list(enumerate(recorded.seed.tolist())))}
    by_origin = {origin: place for place, origin in reversed(list(enumerate(recorded.origin.tolist())))}
    found = []
    for seed, origin in zip(rows.seed.tolist(), rows.origin.tolist(), strict=True):
        place = by_seed.get(seed, by_origin.get(origin))
        if place is None:
            raise InputError(
                "the trajectory has no noise for one of the rows",
                given=f"row {origin}",
                allowed=", ".join(map(str, sorted(by_origin))),
                mend="record as many rows as are sampled",
            )
        found.append(place)
    return torch.tensor(found, dtype=torch.int64)
