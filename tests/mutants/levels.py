"""Errors in the level coordinate, in conversions, and in what is bound to the rows of a run."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORIGINS = ("tests/nodes/contracts/test_by_origin.py",)
LEVELS = ("tests/nodes/contracts/test_levels.py",)

MUTANTS = (
    Mutant(
        "nodes/contracts/levels.py",
        "combined(alpha_sigma(s), (x0, eps))",
        "combined(alpha_sigma(s), (eps, x0))",
        LEVELS,
        "alpha and sigma are swapped",
    ),
    Mutant(
        "nodes/contracts/levels.py",
        "(s * alpha).masked_fill(s == torch.inf, 1.0)",
        "s * alpha",
        LEVELS,
        "pure noise has no sigma",
    ),
    Mutant(
        "nodes/contracts/levels.py",
        "return -torch.log(s.double())",
        "return -2 * torch.log(s.double())",
        ("tests/nodes/contracts/test_levels.py", "tests/nodes/solver/test_orders.py"),
        "the log SNR is that of powers, not of amplitudes",
    ),
    Mutant(
        "nodes/contracts/levels.py",
        "s[:, rows.origin % s.shape[1]]",
        "s[:, torch.arange(len(rows)) % s.shape[1]]",
        ORIGINS,
        "a row taken out of its batch gets the levels of another",
    ),
    Mutant(
        "nodes/contracts/cond.py",
        "return self.take(origin % len(self))",
        "return self.take(torch.arange(len(origin)) % len(self))",
        ORIGINS,
        "a row taken out of its batch gets the prompt of another",
    ),
    Mutant(
        "nodes/contracts/operator.py",
        "take_rows(y, rows.origin % len(y))",
        "y[: len(rows)]",
        ORIGINS,
        "a row taken out of its batch gets the measurement of another",
    ),
    Mutant(
        "nodes/contracts/conversions.py",
        "factor(alpha / power, x) * x - factor(sigma / power, x) * output",
        "factor(alpha / power, x) * x + factor(sigma / power, x) * output",
        ("tests/nodes/contracts/test_conversions.py",),
        "the sign of v",
    ),
    Mutant(
        "nodes/contracts/conversions.py",
        "beside((sigma.square() / alpha).to(score.dtype), score)",
        "beside((sigma / alpha).to(score.dtype), score)",
        ("tests/nodes/contracts/test_conversions.py",),
        "Tweedie's formula with sigma for its square",
    ),
)
