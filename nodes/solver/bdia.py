"""BDIA: DDIM over two steps, so that it can be undone."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from graphs import Estimate, Number, abilities, node
from nodes.contracts.solver import Solver
from nodes.solver.bidirectional import Bidirectional, Step


@node(abilities=abilities("reversible"), cost=Estimate(calls=lambda steps: steps), also=("solver.bdia_ddim",))
def bdia(*, gamma: Annotated[float, Number(minimum=0.1, maximum=1, step=0.05)] = 1.0) -> Solver:
    """BDIA-DDIM (Zhang et al. 2023, arXiv:2307.10829): DDIM averaged over its steps both ways, undone exactly.

    With x at s before, x' at s' now, and E(s'') DDIM's step from x' to a level by the one ε asked for at x':
    x'' = E(s'') + gamma (x − E(s)). gamma → 0 is DDIM, which cannot be undone; 1 goes back without loss, for what is
    undone is divided by gamma at every step: below 1 rounding grows by 1/gamma a step, so keep the steps few. Over
    rising levels the same step is undone, so up and down again, or down and up, gives back both points but for
    rounding, whatever the model is (one that gives an ε of its own, as CFG++, excepted).
    The point before travels as "bidirectional/x" in the sample's aux; a sample without it begins with DDIM's step.
    x [B, *event]. Order 2 with gamma = 1, order 1 below; 1 model call a step. Deterministic.
    Errors: levels that begin or end at pure noise (s = inf); tokens.
    """
    return Bdia(gamma)


class Bdia(Bidirectional):
    """The method of `bdia`."""

    def __init__(self, gamma: float) -> None:
        self.gamma = gamma

    def weight(self, step: Step) -> Tensor:
        """γ down, 1/γ where that is undone."""
        return self.gamma ** torch.sign(step.here - step.after)
