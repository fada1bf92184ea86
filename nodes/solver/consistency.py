"""Multistep sampling with a consistency model."""

from __future__ import annotations

from graphs import Estimate, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.ctm import Ctm


@node(abilities=abilities("stochastic", "memoryless"), cost=Estimate(calls=lambda steps: steps), also=("solver.lcm",))
def consistency() -> Solver:
    """Consistency multistep sampling (Song et al. 2023, arXiv:2303.01469, Algorithm 1); "LCM" (arXiv:2310.04378).

    x' = α' f(x, s) + σ' z: to data in one jump, then fresh noise up to the next level. f is the answer of the model,
    asked on the way to s' = 0: of a consistency model its output, of model.flow_map the exact end of the flow, for
    which the law is right at every level and in any number of steps. Of an ordinary model f is the mean of x0, and the
    samples come out too narrow. Where the level rises nothing is drawn. The smallest level of the paper, ε = 0.002, is
    taken as 0: the noise is s', not √(s'² − ε²).
    1 model call a step. Errors: a sample of tokens.
    """
    return Ctm(1.0)
