"""Errors in noise that is not standard normal, in exact models under it, and in models that are not told the level."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

LAWS = ("tests/nodes/sources/test_sources.py",)
COLOURS = ("tests/nodes/codec/test_correlated.py",)
STARTS = ("tests/nodes/noise/test_marginal.py",)
BLIND = ("tests/nodes/model/test_noise_blind.py",)

MUTANTS = (
    Mutant(
        "nodes/sources/heavy_tailed.py",
        'uniform(rows, (), "tail"), self.augmented) / self.augmented',
        'uniform(rows, (), "tail"), self.augmented + 1) / self.augmented',
        LAWS,
        "one augmented dimension too many",
    ),
    Mutant(
        "nodes/sources/heavy_tailed.py",
        "constant - (half + size / 2) *",
        "constant - half *",
        LAWS,
        "a kernel that forgets the dimensions of the data",
    ),
    Mutant(
        "nodes/sources/independent.py",
        "HALF_WIDTH * (2 * part - 1)",
        "(2 * part - 1)",
        LAWS,
        "uniform noise of a third of the variance",
    ),
    Mutant(
        "nodes/contracts/conversions.py",
        "whole = alpha + sigma",
        "whole = alpha",
        ("tests/nodes/contracts/test_conversions.py",),
        "α-blending that forgets what the noise has of the point",
    ),
    Mutant(
        "nodes/solver/over.py",
        "        self.own(sample.space)\n",
        "",
        ("tests/nodes/noise/test_source.py",),
        "churn draws normal noise for points that have another",
    ),
    Mutant(
        "nodes/sources/correlated.py",
        "width, power = 2 * width, power * power",
        "width, power = 2 * width, power",
        COLOURS,
        "a process that forgets nothing",
    ),
    Mutant(
        "nodes/exact/coloured.py",
        "both = rows_whitened(rows_whitened(whole).mT)",
        "both = rows_whitened(whole)",
        COLOURS,
        "a covariance whitened from one side",
    ),
    Mutant(
        "nodes/exact/marginal.py",
        "torch.sqrt(alpha.square() * model.values[chosen] + sigma.square())",
        "torch.sqrt(model.values[chosen] + sigma.square())",
        STARTS,
        "a start that is not scaled to its level",
    ),
    Mutant(
        "nodes/exact/noise_blind.py",
        "log_p - factor(math.prod(self.space.event) * scale.log(), log_p)",
        "log_p",
        BLIND,
        "densities in coordinates of other sizes compared",
    ),
)
