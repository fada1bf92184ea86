"""Feynman-Kac steering: particles that a reward thins out on the way."""

from __future__ import annotations

import math
from typing import Annotated, TypeAlias

from graphs import Estimate, Fraction, InputError, Known, Number, abilities, also, needs, node
from nodes.contracts.reward import Reward
from nodes.contracts.solver import Solver
from nodes.search.potentials import Potential
from nodes.search.resampling import Scheme
from nodes.search.steered import Outcome, Plan, Steered

Level: TypeAlias = Annotated[float, Number(minimum=0, infinite=True)]


def cost(known: Known) -> Estimate:
    """The solver's calls, for every particle; not known where the reward asks a model."""
    calls, particles = known.input("solver").calls, known.number("particles")
    if calls is None or known.asks("reward").high:
        return Estimate(calls=None)
    return Estimate(calls=lambda steps: particles * calls(steps))


@node(abilities=abilities(like="solver", without=("stochastic", "memoryless", "reversible")), cost=cost)
def fk_steering(
    solver: Annotated[Solver, needs("stochastic")],
    reward: Reward,
    *,
    particles: Annotated[int, Number(integer=True, minimum=1, maximum=65536, work=True), also("num_particles")] = 4,
    strength: Annotated[float, Number(minimum=0, maximum=1e6), also("lmbda")] = 10.0,
    potential: Annotated[Potential, also("potential_type")] = "difference",
    interval: Annotated[int, Number(integer=True, minimum=1), also("resample_frequency")] = 1,
    sigma_min: Level = 0.0,
    sigma_max: Level = math.inf,
    ess_threshold: Fraction = 0.5,
    resampling: Scheme = "systematic",
    outcome: Outcome = "one",
) -> Solver:
    """Feynman-Kac steering (Singhal et al. 2025, arXiv:2501.06848): samples of p(x) · exp(strength · r(x)).

    Every row becomes `particles` rows: itself, and siblings with noise of their own. On the way, particles are weighed
    by r of the x0 that is predicted at them, and where the effective sample size 1/Σw² of a row's particles is below
    `ess_threshold` of their number, they are drawn anew by weight; a place keeps its lineage, so that copies part by
    what the solver draws. `strength` λ is what multiplies the reward (1 over its temperature).
    `potential` G of a way with rewards r_1 … r_i: "difference" exp(λ (r_i − r_{i−1})), "max" exp(λ max r), "sum"
    exp(λ Σ r); the last is such that all multiply to exp(λ r(x)) of the sample itself, and so the weights are right
    whatever the potential is; but "max" and "sum" overshoot before they come back, and should weigh seldom.
    It weighs before every `interval`-th step but the first, at levels s with sigma_min < s ≤ sigma_max; never weighing
    on the way is best-of-N by weight. Weights that were not used up go on.
    `resampling` is systematic, stratified or multinomial. `outcome`: "one" particle of each row, drawn by weight;
    "best", the one of the highest reward; or "all", beside each other. Beside the sample are told, by name in aux,
    "fk/reward", "fk/log_weight", "fk/log_normaliser" (it estimates log E exp(λ r)), "fk/ess" and "fk/ancestor" at each
    step. With strength 0 or 1 particle no reward is asked, and every particle is sampled as without, bitwise.
    Cost: `particles` times the solver's calls; as many rewards each time it weighs.
    Errors: a solver that draws nothing; levels that do not end at 0; a reward that gives NaN.
    """
    if "stochastic" not in solver.abilities:
        raise InputError(
            "the solver draws nothing, so particles of one origin would never part",
            where="solver",
            given=type(solver).__name__,
            allowed='a solver with the ability "stochastic", as solver.ancestral or solver.ddim with eta above 0',
            mend="wire a stochastic solver",
        )
    plan = Plan(particles, strength, potential, interval, (sigma_min, sigma_max), ess_threshold, resampling, outcome)
    return Steered(solver, reward, plan)
