"""Our solvers against diffusers' schedulers on exact models: `python -m tests.benchmarks.solvers [--all] [--seed 100]`.

Prints the RMS error at the end of the probability flow, at s = 0, for 5, 10, 20 and 40 model calls on three random
mixtures, from the same points at the same highest level; all grids go from 14.6 to 0.029 and then to 0, where every
method takes the last answer x0. The default was chosen on the mixtures of seed 0; other seeds are fresh ones. Then what
a step costs beyond the model, against a loop by hand.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from graphs import InputError
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.levels.karras import karras
from nodes.levels.kl_optimal import kl_optimal
from nodes.levels.uniform_log_snr import uniform_log_snr
from nodes.solver.deis import deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.heun import heun
from nodes.solver.ipndm import ipndm
from nodes.solver.lms import lms
from nodes.solver.res_multistep import res_multistep
from nodes.solver.standard import standard_solver
from nodes.solver.unipc import unipc
from tests.benchmarks.mixtures import RandomMixture, random_mixtures
from tests.benchmarks.schedulers import HIGHEST, LOWEST, SETTINGS, Setting, endpoint, within
from tests.benchmarks.stepping import overheads

CALLS = (5, 10, 20, 40)
POINTS = 256
GRIDS: dict[str, Callable[[int], Levels]] = {
    "karras": lambda steps: karras(num_inference_steps=steps, sigma_min=LOWEST, sigma_max=HIGHEST),
    "karras rho=12": lambda steps: karras(num_inference_steps=steps, sigma_min=LOWEST, sigma_max=HIGHEST, rho=12.0),
    "uniform_log_snr": lambda steps: uniform_log_snr(num_inference_steps=steps, sigma_min=LOWEST, sigma_max=HIGHEST),
    "kl_optimal": lambda steps: kl_optimal(num_inference_steps=steps, sigma_min=LOWEST, sigma_max=HIGHEST),
}
SOLVERS: dict[str, Callable[[], Solver]] = {
    "heun": heun,
    "dpmpp_2m": dpmpp_2m,
    "dpmpp_3m": dpmpp_3m,
    "standard": standard_solver,
    "deis 2": lambda: deis(order=2),
    "deis 3": lambda: deis(order=3),
    "deis 4": lambda: deis(order=4),
    "deis 3 lower last": lambda: deis(order=3, lower_order_final=True),
    "deis time": lambda: deis(order=4, variable="time"),
    "ipndm": ipndm,
    "lms": lms,
    "res_multistep 3": lambda: res_multistep(order=3),
    "unipc 2": unipc,
    "unipc 3": lambda: unipc(order=3),
    "unipc 3 whole": lambda: unipc(order=3, lower_order_final=False),
}
DEFAULT = ("standard", "karras")
"""What a sampler takes without a solver and levels: nearly the best here, and steady under guidance (guided.py).

Within 10 % of diffusers' best, whatever setting that is in each case, it is in 11 of the 12 cases of the mixtures of
seed 0, and in 39 of 48 on twelve fresh ones (six of seed 100, six of 200). DEIS of order 4 is in 12 and in 42, and
would be the better default for exact models alone.
"""


class Problem(NamedTuple):
    """A mixture, points of its highest level, and where the flow takes them."""

    model: RandomMixture
    y: Tensor
    exact: Tensor

    def error(self, x: Tensor) -> float:
        """RMS over rows of the distance."""
        return float((x - self.exact).square().sum(1).mean().sqrt())


def problem(model: RandomMixture) -> Problem:
    """Pure noise at the highest level, where x0 is not seen: y = s ε."""
    draw = torch.Generator().manual_seed(7)
    y = HIGHEST * torch.randn(POINTS, *model.space.event, dtype=torch.float64, generator=draw)
    return Problem(model, y, model.flow(y, HIGHEST, 0.0))


def ours(given: Problem, make: Callable[[], Solver], grid: Callable[[int], Levels], calls: int) -> float:
    """The error of a solver of ours over as many steps as so many calls allow."""
    solver = make()
    steps = max((count for count in range(1, calls + 1) if solver.calls(count) <= calls), default=1)
    levels = grid(steps)
    start = torch.full((POINTS,), float(levels.s[0]), dtype=torch.float64)
    begin = Sample(given.y / math.sqrt(1 + HIGHEST**2), start, given.model.space, Rows.first(0, POINTS))
    try:
        return given.error(solve(given.model, solver, begin, levels, Context(Meter())).x)
    except InputError:
        return math.inf


def theirs(given: Problem, setting: Setting, calls: int) -> float:
    """The error of a scheduler of diffusers."""
    scheduler = within(setting, calls)
    if scheduler is None:
        return math.inf
    return given.error(endpoint(scheduler, setting, given.model, given.y))


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="a line for every setting")
    parser.add_argument("--seed", type=int, default=0, help="of the first mixture; the next have the next")
    parser.add_argument("--mixtures", type=int, default=3, help="how many, of 2, 4 and 8 dimensions in turn")
    parser.add_argument("--pairs", type=int, default=20, help="interleaved pairs of the timing; 0 for none")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    problems = [problem(model) for model in random_mixtures(chosen.seed, chosen.mixtures)]
    print(f"RMS error at the end; {len(problems)} mixtures of {[len(p.y[0]) for p in problems]} dimensions")
    columns = [f"{number}:{calls}" for number in range(len(problems)) for calls in CALLS]
    print(f"{'mixture:NFE':48}" + "".join(f"{column:>9}" for column in columns), flush=True)
    other: dict[str, list[float]] = {}
    own: dict[str, list[float]] = {}
    for setting in SETTINGS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other[setting.name] = [theirs(given, setting, calls) for given in problems for calls in CALLS]
        tell(setting.name, other[setting.name], shown=chosen.all)
    for solver, make in SOLVERS.items():
        for grid, levels in GRIDS.items():
            name = f"{solver} / {grid}"
            own[name] = [ours(given, make, levels, calls) for given in problems for calls in CALLS]
            tell(name, own[name], shown=chosen.all)
    summary(other, own)
    if chosen.pairs:
        overheads(chosen.pairs)


def summary(other: dict[str, list[float]], own: dict[str, list[float]]) -> None:
    """Best against best, and the default."""
    best, mine = [list(map(min, zip(*side.values(), strict=True))) for side in (other, own)]
    default = own[" / ".join(DEFAULT)]
    tell("diffusers' best", best)
    tell("our best", mine)
    tell("our default: " + " / ".join(DEFAULT), default)
    tell("our best / theirs", [one / two for one, two in zip(mine, best, strict=True)])
    tell("our default / theirs", [one / two for one, two in zip(default, best, strict=True)])
    for title, side in (("diffusers' best by", other), ("our best by", own)):
        names = [min(side, key=lambda name: side[name][place]) for place in range(len(best))]
        print(f"{title}: " + "; ".join(names))


def tell(name: str, errors: list[float], *, shown: bool = True) -> None:
    """A line, if it is shown."""
    if shown:
        print(f"{name[:47]:48}" + "".join(f"{error:9.4f}" for error in errors), flush=True)


if __name__ == "__main__":
    main()
