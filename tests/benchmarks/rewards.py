"""What more computing buys of a reward, by every search and every sampler that a reward steers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch

from graphs import RunContext
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.program import Program
from nodes.contracts.reward import Reward, score
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.conditional import conditional
from nodes.levels.karras import karras
from nodes.networks.text import DIGITS
from nodes.noise.gaussian import gaussian
from nodes.reward.brightness import brightness
from nodes.search.best_of_n import best_of_n
from nodes.search.fk_steering import fk_steering
from nodes.search.importance_resampling import importance_resampling
from nodes.search.optimise_noise import optimise_noise
from nodes.search.paths import paths
from nodes.search.program import program
from nodes.search.rollover_budget import rollover_budget
from nodes.search.successive_halving import successive_halving
from nodes.search.svdd import svdd
from nodes.search.tree_search import tree_search
from nodes.search.zero_order import zero_order
from nodes.solver.ddim import ddim
from nodes.training.judge import Judge
from tests.benchmarks.held_back import judge, network
from tests.benchmarks.intervals import bootstrap
from tests.nodes.search.running import finished, run_with

STEPS = 8
BUDGETS = (4, 8, 16)
"""Of how many plain samples."""
STRENGTH = 100.0
"""What multiplies a brightness of 0 to 1."""
CURIOSITY = 0.02
"""About the deviation of the brightness of samples."""


@dataclass(frozen=True)
class Task:
    """What is sampled, and what is wanted of it."""

    model: Model
    noise: Sample
    reward: Reward
    eta: float

    @property
    def solver(self) -> Solver:
        """DDIM with so much fresh noise."""
        return ddim(eta=self.eta)

    @property
    def program(self) -> Program:
        """The plain sampler."""
        return program(self.model, self.solver, LEVELS)

    def driven(self, solver: Solver, run: RunContext) -> Sample:
        """Sampled by a solver that is steered."""
        with torch.no_grad():
            return solve(self.model, solver, self.noise, LEVELS, Context(run.meter))


Search: TypeAlias = Callable[[Task, int, RunContext], Sample]
LEVELS = karras(num_inference_steps=STEPS, sigma_min=0.01, sigma_max=40.0)


def best(task: Task, budget: int, run: RunContext) -> Sample:
    """Best-of-N."""
    return finished(best_of_n(task.noise, task.program, task.reward, candidates=budget, run=run)).best


def resampled(task: Task, budget: int, run: RunContext) -> Sample:
    """One of N by its weight."""
    steps = importance_resampling(task.noise, task.program, task.reward, candidates=budget, strength=STRENGTH, run=run)
    return finished(steps).sample


def steered(task: Task, budget: int, run: RunContext) -> Sample:
    """FK steering, the best particle."""
    solver = fk_steering(task.solver, task.reward, particles=budget, strength=STRENGTH, outcome="best")
    return task.driven(solver, run)


def decoded(task: Task, budget: int, run: RunContext) -> Sample:
    """SVDD."""
    return task.driven(svdd(task.solver, task.reward, candidates=budget), run)


def climbing(task: Task, budget: int, run: RunContext) -> Sample:
    """Zero-order search, three neighbours a round."""
    steps = zero_order(task.noise, task.program, task.reward, iterations=(budget - 1) // 3, neighbours=3, run=run)
    return finished(steps).best


def over_paths(task: Task, budget: int, run: RunContext) -> Sample:
    """Search over paths."""
    starts, ways = {4: (1, 3), 8: (2, 3), 16: (3, 4)}[budget]
    steps = paths(task.noise, task.program, task.reward, starts=starts, expansions=ways, run=run)
    return finished(steps).best


def halved(task: Task, budget: int, run: RunContext) -> Sample:
    """Successive halving, of more candidates as most are given up."""
    steps = successive_halving(task.noise, task.program, task.reward, candidates=round(budget * 1.7), run=run)
    return finished(steps).best


def rolling(task: Task, budget: int, run: RunContext) -> Sample:
    """Rollover budget forcing."""
    return finished(rollover_budget(task.noise, task.program, task.reward, quota=budget, run=run)).sample


def climbing_slopes(task: Task, budget: int, run: RunContext) -> Sample:
    """Noise optimisation; a pass backward is taken to cost two model rows."""
    steps = optimise_noise(
        task.noise, task.program, task.reward, iterations=(budget - 1) // 3, checkpointing=False, run=run
    )
    return finished(steps).best


def growing(task: Task, budget: int, run: RunContext) -> Sample:
    """Tree search for the best leaf."""
    steps = tree_search(
        task.noise,
        task.program,
        task.reward,
        search="search",
        iterations=20 * budget,
        budget=budget * STEPS,
        strength=STRENGTH,
        curiosity=CURIOSITY,
        run=run,
    )
    return finished(steps).sample


SEARCHES: dict[str, tuple[Search, float]] = {
    "best_of_n": (best, 1.0),
    "importance_resampling": (resampled, 1.0),
    "successive_halving": (halved, 1.0),
    "fk_steering, best": (steered, 1.0),
    "svdd": (decoded, 1.0),
    "paths": (over_paths, 1.0),
    "rollover_budget": (rolling, 1.0),
    "tree_search": (growing, 1.0),
    "best_of_n, eta 0": (best, 0.0),
    "zero_order, eta 0": (climbing, 0.0),
    "optimise_noise, eta 0": (climbing_slopes, 0.0),
}
"""Each with the eta of DDIM: what looks for the first noise only wants no noise after it."""


def table(count: int, critic: Judge | None = None) -> None:
    """Measure and print, a search after the other."""
    critic = critic or judge(count)
    model = network()
    prompts, noise = model.prompt(DIGITS), gaussian(model, count=count, seed=9)
    print(f"Reward: brightness (0 … 1) of {count} digits, the words in turn, {STEPS} steps of DDIM with eta 1 or 0.")
    print("  gain: reward less that of the plain sample of the same noise, in hundredths, paired, higher is better;")
    print("  read: per cent that a judge reads as asked, higher is better; cost: NFE and two for each pass backward,")
    print("  in plain samples. [95 % by bootstrap over pictures]\n")
    tasks, plain = dict[float, Task](), dict[float, torch.Tensor]()
    for eta in (1.0, 0.0):
        task = tasks[eta] = Task(conditional(model, prompts), noise, brightness(), eta)
        sample = task.driven(task.solver, run_with(Meter()))
        plain[eta] = brightness_of(task, sample)
        told = bootstrap(100 * plain[eta]).text(1)
        print(f"plain, eta {eta:g}: reward {told} hundredths, read {read(critic, sample):.0f} %")
    print(f"\n{'method':24}" + "".join(f"{f'gain at {budget}':>22} {'cost':>5} {'read':>5}" for budget in BUDGETS))
    for name, (search, eta) in SEARCHES.items():
        line = f"{name:24}"
        for budget in BUDGETS:
            run = run_with(Meter())
            found = search(tasks[eta], budget, run)
            gain = bootstrap(100 * (brightness_of(tasks[eta], found) - plain[eta]))
            cost = (run.meter.rows + 2 * run.meter.backwards) / count / STEPS
            line += f"{gain.text(1, sign=True):>22} {cost:5.1f} {read(critic, found):5.0f}"
        print(line, flush=True)


def brightness_of(task: Task, sample: Sample) -> torch.Tensor:
    """The reward of each row."""
    with torch.no_grad():
        return score(task.reward, sample, Context(Meter()))


def read(critic: Judge, sample: Sample) -> float:
    """In how many of a hundred the judge reads what was asked for."""
    asked = torch.arange(len(sample.rows)) % len(DIGITS)
    return 100 * float((critic.read(sample.x) == asked).double().mean())
