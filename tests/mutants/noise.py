"""Errors in lineages, draws, Brownian paths and kernels."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

DRAWS = ("tests/nodes/contracts/test_draws.py",)
PATHS = ("tests/nodes/contracts/test_brownian.py",)
KERNELS = ("tests/nodes/contracts/test_kernel.py",)

MUTANTS = (
    Mutant(
        "nodes/contracts/rows.py",
        "_child(int(seed), why, child)",
        "_child(int(seed), why, 0)",
        ("tests/nodes/contracts/test_rows.py",),
        "siblings share a lineage",
    ),
    Mutant(
        "nodes/contracts/draws.py",
        "key_of(seed, purpose, number, draw)",
        "key_of(seed, purpose, 0, draw)",
        DRAWS,
        "every step draws the same noise",
    ),
    Mutant(
        "nodes/contracts/draws.py",
        "np.log1p(-first)",
        "np.log(first)",
        DRAWS,
        "another stream of normals, and infinite ones",
    ),
    Mutant(
        "nodes/contracts/brownian.py",
        "high, index = middle, 2 * index\n        else:\n            low, index = middle, 2 * index + 1",
        "high, index = middle, 2 * index\n        else:\n            low, index = middle, 2 * index",
        PATHS,
        "both halves of an interval are one",
    ),
    Mutant(
        "nodes/contracts/brownian.py",
        "math.sqrt(length) / 2 * drawn",
        "math.sqrt(length / 2) * drawn",
        PATHS,
        "a bridge with twice the variance",
    ),
    Mutant(
        "nodes/contracts/brownian.py",
        "(1 if last > first else -1)",
        "1",
        PATHS,
        "a path walked back is walked forth",
    ),
    Mutant(
        "nodes/contracts/noise.py",
        "return (logits.double() - torch.log(-torch.log(",
        "return (logits.double() + torch.log(-torch.log(",
        ("tests/nodes/contracts/test_noise.py",),
        "the sign of Gumbel noise",
    ),
    Mutant(
        "nodes/contracts/kernel.py",
        "factor(self.std, self.mean), z",
        "factor(self.std.square(), self.mean), z",
        KERNELS,
        "the variance for the standard deviation",
    ),
    Mutant(
        "nodes/contracts/kernel.py",
        "- std.log() - 0.5 * math.log(2 * math.pi)",
        "- 0.5 * math.log(2 * math.pi)",
        KERNELS,
        "densities that do not know how wide they are",
    ),
    Mutant(
        "nodes/contracts/kernel.py",
        "ctx.noise.normal(self.begun, self.purpose, draw)",
        "ctx.noise.normal(self.reached, self.purpose)",
        KERNELS,
        "the noise of the next step, the same for every draw",
    ),
    Mutant(
        "nodes/contracts/population.py",
        "Rows(rows.seed.index_copy(0, first, sample.rows.seed), rows.origin)",
        "rows",
        ("tests/nodes/contracts/test_population.py",),
        "the first candidate is not the row itself",
    ),
)
