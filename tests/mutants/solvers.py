"""Errors in solvers and in inversion."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

HEUN = ("tests/nodes/solver/test_heun.py",)
ORDERS = ("tests/nodes/solver/test_orders.py",)
DDIM = ("tests/nodes/solver/test_ddim.py",)
ABILITIES = ("tests/laws/test_abilities.py",)

MUTANTS = (
    Mutant(
        "nodes/solver/heun.py",
        "factor(half, euler), slope - eps",
        "factor(half, euler), eps - slope",
        HEUN,
        "the correction has the wrong sign",
    ),
    Mutant(
        "nodes/solver/heun.py",
        "(to - state.s) * alpha / 2",
        "(to - state.s) * alpha",
        HEUN,
        "the second slope counts whole",
    ),
    Mutant(
        "nodes/solver/heun.py",
        "(to - state.s) * alpha / 2",
        "(to - state.s) / 2",
        HEUN,
        "the correction is one of x0 + s ε, not of x",
    ),
    Mutant(
        "nodes/solver/dpmpp_2m.py",
        "now / (2 * last)",
        "now / last",
        ORDERS,
        "twice the extrapolation",
    ),
    Mutant(
        "nodes/solver/dpmpp_2m.py",
        "past={**state.past, X0: x0, LEVEL: s}",
        "past={**state.past, X0: reached, LEVEL: s}",
        ORDERS,
        "where the step ended is taken for what was predicted",
    ),
    Mutant(
        "nodes/solver/dpmpp_2m.py",
        " & (last != 0)",
        "",
        ("tests/nodes/solver/test_dpmpp_2m.py",),
        "a step from the level of the one before divides by nothing",
    ),
    Mutant(
        "nodes/solver/ddim.py",
        "sigma.square() - std.square()",
        "sigma.square()",
        DDIM,
        "noise is added, and none is taken away for it",
    ),
    Mutant(
        "nodes/solver/ddim.py",
        "torch.where(falls, alpha / alpha_next, 1.0)",
        "torch.where(falls, alpha_next / alpha, 1.0)",
        DDIM,
        "the two levels of the posterior are swapped",
    ),
    Mutant(
        "nodes/solver/ancestral.py",
        "torch.minimum(most, super().std(s, s_next))",
        "super().std(s, s_next)",
        DDIM,
        "more noise is drawn than there is at the level",
    ),
    Mutant(
        "nodes/solver/reverse_sde.py",
        "torch.sqrt(1 - decay ** (2 * eta))",
        "torch.sqrt(1 - decay**eta)",
        ("tests/nodes/solver/test_dpmpp_2m_sde.py",),
        "the kept share of the noise is not squared",
    ),
    Mutant(
        "nodes/solver/edict.py",
        "first = (first - (1 - self.mixing) * second) / self.mixing",
        "first = (first - self.mixing * second) / (1 - self.mixing)",
        ABILITIES,
        "the mixing is undone with its weights swapped",
    ),
    Mutant(
        "nodes/solver/edict.py",
        "return replace(sample, aux={**sample.aux, OTHER: state.past[OTHER]})",
        "return sample",
        ABILITIES,
        "the second sample does not travel",
    ),
    Mutant(
        "nodes/solver/unmask.py",
        "reveal = (keep_next - keep) / torch.where(keep == 1, 1.0, 1 - keep)",
        "reveal = keep_next - keep",
        ("tests/nodes/solver/test_unmask.py",),
        "the chance to be revealed is not that of what is still masked",
    ),
    Mutant(
        "nodes/inversion/ddpm.py",
        "fresh = self.ctx.noise.normal(begun, PURPOSE, draw=1)",
        "fresh = self.ctx.noise.normal(begun, PURPOSE)",
        ("tests/nodes/inversion/test_ddpm.py",),
        "the first two points of the way share their noise",
    ),
)
