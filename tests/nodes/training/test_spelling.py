"""The judge of names counts pairs of letters, and remembers what was learnt."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodes.training.names_table import KINDS, Name
from nodes.training.spelling import Judge, verdict

UNSEEN = [Name("Abab", "finland"), Name("Baba", "finland"), Name("Cdcd", "japan"), Name("Dc", "japan")]
SEEN = [Name("Abba", "finland"), Name("Dcdc", "japan")]
JUDGE = Judge.trained(UNSEEN, SEEN)


def test_pairs_and_edges_are_counted_by_kind() -> None:
    counted = JUDGE.pairs[KINDS.index("finland")]
    assert int(counted.sum()) == 10
    assert int(counted[0].sum()) == int(counted[:, 0].sum()) == 2


def test_what_was_learnt_is_known_in_any_case_and_the_rest_is_not() -> None:
    assert JUDGE.holds("abba")
    assert JUDGE.holds("DCDC")
    assert not any(JUDGE.holds(name.text) for name in UNSEEN)


def test_likelihoods_over_all_that_may_follow_are_one() -> None:
    whole = JUDGE.score(["a", "b"])
    assert whole.shape == (2, len(KINDS))
    found = JUDGE.plain(["abab", "zzzz"])
    assert found[0] > found[1]


def test_a_verdict_tells_shares() -> None:
    names = [Name("Abba", "finland"), Name("Baab", "finland"), Name("Dccd", "finland"), Name("dccd", "japan")]
    found = verdict(JUDGE, names, float(JUDGE.plain(["zzzz"])[0]))
    assert (found.fresh, found.different, found.plausible, found.told) == (0.75, 0.75, 1.0, 0.75)
    assert found.likely == pytest.approx(float(JUDGE.plain([name.text for name in names]).mean()))


def test_a_judge_survives_its_file(tmp_path: Path) -> None:
    (tmp_path / "judge").write_bytes(JUDGE.content())
    read = Judge.read(tmp_path / "judge")
    assert torch.equal(read.pairs, JUDGE.pairs)
    assert torch.equal(read.seen, JUDGE.seen)
