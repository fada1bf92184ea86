"""Masked tokens, revealed level by level."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import Estimate, abilities, node
from nodes.contracts.context import Context
from nodes.contracts.kernel import CategoricalKernel
from nodes.contracts.levels import beside
from nodes.contracts.model import Model
from nodes.contracts.solver import Solver, Stochastic, look
from nodes.contracts.state import State


@node(abilities=abilities("stochastic", "memoryless", "tokens"), cost=Estimate(calls=lambda steps: steps))
def unmask() -> Solver:
    """Ancestral sampling of masked tokens (Sahoo et al. 2024, arXiv:2406.07524).

    A token at level s is still there with probability keep = 1/(1 + s). From s to s' each masked position is revealed
    with probability (keep' − keep)/(1 − keep), as a draw from softmax(logits) of the model; what is revealed stays. At
    s' = 0 nothing is masked. Positions are drawn by themselves, so the law is exact only as the steps become many.
    Where the level rises tokens are masked again, each with probability 1 − keep'/keep.
    x int64 [B, L], logits [B, L, V]. 1 model call a step. Errors: a sample that is not of tokens.
    """
    return Unmask()


class Unmask(Stochastic):
    """The method of `unmask`."""

    abilities = frozenset({"stochastic", "memoryless", "tokens"})

    def calls(self, steps: int) -> float:
        """One a step."""
        return steps

    def kernel(self, model: Model, state: State, s_next: Tensor, ctx: Context) -> CategoricalKernel:
        """For each position the law of the next token, the mask being the last class."""
        state, x0 = look(model, state, s_next, ctx)
        reveal, hide = (beside(chance, state.x)[..., None] for chance in chances(state.s, s_next))
        values = torch.log_softmax(x0.double(), -1)
        shape = (*values.shape[:-1], 1)
        revealed = torch.cat([values + reveal.log(), torch.log1p(-reveal).expand(shape)], -1)
        own = state.x[..., None] == torch.arange(state.space.mask + 1, device=state.x.device)
        kept = torch.where(own, torch.log1p(-hide), torch.full_like(revealed, -torch.inf))
        kept = torch.cat([kept[..., :-1], hide.log().expand(shape)], -1)
        logits = torch.where((state.x == state.space.mask)[..., None], revealed, kept)
        nothing = torch.zeros(len(state.rows), dtype=torch.float64)
        return CategoricalKernel(logits, nothing, state, state.reached(state.x, s_next))


def chances(s: Tensor, s_next: Tensor) -> tuple[Tensor, Tensor]:
    """How likely a mask is revealed where the level falls, and a token masked where it rises; float64, like s."""
    keep, keep_next = 1 / (1 + s.double()), 1 / (1 + s_next.double())
    reveal = (keep_next - keep) / torch.where(keep == 1, 1.0, 1 - keep)
    hide = 1 - keep_next / torch.where(keep == 0, 1.0, keep)
    # To data all is revealed, without rounding.
    return torch.where(s_next == 0, 1.0, reveal.clamp(0, 1)), torch.where(s_next < s, 0.0, hide.clamp(0, 1))
