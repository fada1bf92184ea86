"""Errors in processes that are more than noise: means, bridges, interpolants and walls."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

AROUND = ("tests/nodes/model/test_around.py",)
BRIDGES = ("tests/nodes/solver/test_ddbm.py",)
INTERPOLANTS = ("tests/nodes/solver/test_interpolant.py",)
WALLS = ("tests/nodes/solver/test_reflected.py",)

MUTANTS = (
    Mutant(
        "nodes/codec/around.py",
        "factor(alpha_sigma(s)[0], like) * take_rows",
        "take_rows",
        AROUND,
        "the whole mean is taken away from a noised point",
    ),
    Mutant(
        "nodes/model/around.py",
        "answers[0].x0 - clean",
        "answers[0].x0",
        AROUND,
        "what is left of x0 still has its mean",
    ),
    Mutant(
        "nodes/solver/ddbm.py",
        "(score / 2 - self.guidance * pull)",
        "(score / 2 + self.guidance * pull)",
        BRIDGES,
        "the bridge is pushed away from its far end",
    ),
    Mutant(
        "nodes/solver/ddbm.py",
        "part = (self.bridge.level(s) / self.bridge.end).square()",
        "part = self.bridge.level(s) / self.bridge.end",
        BRIDGES,
        "the ratio of the levels counts, not of the SNR",
    ),
    Mutant(
        "nodes/solver/interpolant.py",
        "torch.sqrt(2 * strength)",
        "torch.sqrt(strength)",
        INTERPOLANTS,
        "half the noise that the score takes away is added",
    ),
    Mutant(
        "nodes/exact/between.py",
        "- factor(drive, x) * known.score",
        "+ factor(drive, x) * known.score",
        INTERPOLANTS,
        "the noise between has the wrong sign in the velocity",
    ),
    Mutant(
        "nodes/processes/reflection.py",
        "torch.where(mirrored, -1.0, 1.0)",
        "torch.where(mirrored, 1.0, 1.0)",
        WALLS,
        "the score does not turn round in a mirror",
    ),
    Mutant(
        "nodes/solver/reflected.py",
        "kernel(at, centre, std / width).log - width.log()",
        "kernel(at, centre, std / width).log",
        WALLS,
        "the law of a folded step is one of the unit cube",
    ),
)
