"""Lineages."""

from __future__ import annotations

import torch

from nodes.contracts.rows import Rows


def test_a_larger_batch_begins_with_the_same_rows() -> None:
    assert torch.equal(Rows.first(7, 16).seed[:4], Rows.first(7, 4).seed)
    assert torch.equal(Rows.first(7, 4, 2).seed, Rows.first(7, 6).seed[2:])


def test_neighbouring_seeds_share_no_row() -> None:
    assert not set(Rows.first(7, 64).seed.tolist()) & set(Rows.first(8, 64).seed.tolist())


def test_children_keep_their_origin_and_have_lineages_of_their_own() -> None:
    rows = Rows.first(1, 3)
    children = rows.fork(4, "test")
    assert children.origin.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]
    assert len(set(children.seed.tolist()) | set(rows.seed.tolist())) == 15
    assert not torch.equal(rows.fork(1, "one").seed, rows.fork(1, "other").seed)


def test_cat_is_the_inverse_of_take() -> None:
    rows = Rows.first(5, 6)
    parts = [rows.take(torch.tensor([0, 1, 2])), rows.take(torch.tensor([3, 4, 5]))]
    assert torch.equal(Rows.cat(parts).seed, rows.seed)
