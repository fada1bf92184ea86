"""DDIM inversion."""

from __future__ import annotations

from graphs import Estimate, Known, RunContext, Steps, node
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.inversion.climbing import climbed
from nodes.solver.ddim import ddim as ddim_solver


def cost(known: Known) -> Estimate:
    """One call a step."""
    rows = known.input("sample").rows
    return Estimate(nfe=rows * known.input("levels").steps * known.input("model").each, rows=rows)


@node(cost=cost)
def ddim(sample: Sample, model: Model, levels: Levels, *, run: RunContext) -> Steps[Sample]:
    """DDIM inversion (Song et al. 2021, arXiv:2010.02502, section 4.3): the noise that a sample comes from.

    `levels` fall, as they do for sampling; the sample stands at the last of them, and is taken to the first: from s to
    s' > s by x' = α' x0 + σ' ε, with x0 and ε predicted at s. At s = 0 nothing of the noise is seen and ε is 0. Sampled
    again from there by solver.ddim over the same levels, it comes back but for an error of first order in the steps;
    under another prompt it becomes an edit. Guidance makes the error larger: give the unguided model.
    x [B, *event] stays that. Cost: 1 model call a step. Errors: a sample at another level than the last, as pure noise.
    """
    return (yield from climbed(sample, model, ddim_solver(), levels, run))
