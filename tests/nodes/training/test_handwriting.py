"""Which digits there are, and that none is both trained on and judged by."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import torch

from graphs.errors import InputError
from nodes.training import handwriting
from nodes.training.handwriting import Digits, divided, find_digits, read_digits
from tests.nodes.training.toys import bars, table


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    digits = read_digits(table(tmp_path / "digits.csv.gz", bars()))
    assert torch.equal(digits.ink, bars().ink)
    assert torch.equal(digits.labels, bars().labels)


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "other.gz", "wt") as lines:
        lines.write("1,2,3\n")
    with pytest.raises(InputError, match="no table of digits"):
        read_digits(tmp_path / "other.gz")


def test_the_digits_are_found_in_the_package_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "sklearn" / handwriting.PLACE
    place.parent.mkdir(parents=True)
    (tmp_path / "sklearn" / "__init__.py").write_text("raise RuntimeError")
    table(place, bars())
    monkeypatch.syspath_prepend(tmp_path)
    assert find_digits() == place


def test_without_the_package_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handwriting, "find_spec", lambda _: None)
    with pytest.raises(InputError) as caught:
        find_digits()
    assert "noiseloom[train]" in str(caught.value)


def test_no_digit_is_in_both_parts_and_none_is_lost() -> None:
    digits = Digits(torch.zeros(50, 8, 8), torch.arange(50))
    first, rest = divided(digits, 30)
    assert len(first.labels) == 30
    assert sorted([*first.labels.tolist(), *rest.labels.tolist()]) == list(range(50))
    assert first.labels.tolist() != list(range(30))


def test_the_parts_are_the_same_every_time_and_others_for_another_seed() -> None:
    digits = Digits(torch.zeros(50, 8, 8), torch.arange(50))
    again, other = divided(digits, 30), divided(digits, 30, seed=1)
    assert torch.equal(divided(digits, 30)[0].labels, again[0].labels)
    assert not torch.equal(again[0].labels, other[0].labels)
