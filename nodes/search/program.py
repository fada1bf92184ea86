"""All of a sampler but its noise."""

from __future__ import annotations

from graphs import Estimate, Known, node
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.program import Parts, Program
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.solver.counting import calls_over


def cost(known: Known) -> Estimate:
    """For each row of noise: the solver's calls, times what the model costs."""
    asked = calls_over(known.input("solver"), known.input("levels"))
    return Estimate(each=asked * known.input("model").each)


@node(cost=cost)
def program(model: Model, solver: Solver, levels: Levels) -> Program:
    """A program: what makes a sample of noise, with all but the noise bound.

    It does what solver.sample does with the same model, solver and levels, as often as it is run. What searches over
    noise, as search.best_of_n, takes a program. Cost: none by itself; a run asks for the solver's calls, times the
    model's rows per sample, for each row of noise.
    """
    return Sampling(Parts(model, solver, levels))


class Sampling(Program):
    """The program of `program`."""

    def __init__(self, parts: Parts) -> None:
        self.parts = self.bound = parts

    def run(self, noise: Sample, ctx: Context) -> Sample:
        """The noise, solved from the first level to the last."""
        return solve(self.bound.model, self.bound.solver, noise, self.bound.levels, ctx)
