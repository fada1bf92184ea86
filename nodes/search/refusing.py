"""What searches refuse: rewards and programs that they cannot use."""

from __future__ import annotations

from graphs import InputError
from nodes.contracts.program import Parts, Program
from nodes.contracts.reward import Reward
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver


def refuse_population(reward: Reward) -> None:
    """`InputError` where a reward compares rows, and candidates are scored by themselves."""
    if "population" in reward.abilities:
        raise InputError(
            "the reward compares rows with each other, and each candidate is scored by itself",
            where="reward",
            given=type(reward).__name__,
            allowed="a reward that scores a row by itself",
            mend="wire another reward",
        )


def refuse_tokens(noise: Sample) -> None:
    """`InputError` where there is no noise that could be changed a little."""
    if noise.space.vocabulary:
        raise InputError(
            "tokens begin all masked, so there is no noise to search in",
            where="noise",
            given=noise.describe(),
            allowed="points of real numbers",
            mend="use search.best_of_n, search.svdd or search.fk_steering for tokens",
        )


def stepped(program: Program, *, stochastic: bool = False) -> Parts:
    """The parts of a program that can be stepped; `InputError` where it cannot, or draws nothing and should."""
    if program.parts is None or not len(program.parts.levels):
        raise InputError(
            "the program cannot be stepped",
            where="program",
            given=type(program).__name__ if program.parts is None else "levels of 0 steps",
            allowed="a program made of a model, a solver and levels of at least 1 step",
            mend="wire search.program, with levels of more steps",
        )
    if stochastic:
        drawing(program.parts.solver)
    return program.parts


def drawing(solver: Solver) -> None:
    """`InputError` where a solver draws nothing."""
    if "stochastic" not in solver.abilities:
        raise InputError(
            "the solver draws nothing, so candidates of one state would never part",
            where="solver",
            given=type(solver).__name__,
            allowed='a solver with the ability "stochastic", as solver.ancestral or solver.ddim with eta above 0',
            mend="wire a stochastic solver, or solver.stochastic around this one",
        )
