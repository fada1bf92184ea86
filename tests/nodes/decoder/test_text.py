"""Tokens to text, and back again by eye."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from graphs import InputError
from graphs.values import Packed, pack
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.trajectory import Trajectory
from nodes.decoder.text import MASK, text
from nodes.output.text import text as kept

LETTERS = tuple("abcdefgh")
WORDS = ("the", "cat", "sat")


def tokens(rows: list[list[int]], vocabulary: tuple[str, ...] = LETTERS) -> Sample:
    """A sample of these tokens."""
    x = torch.tensor(rows, dtype=torch.int64)
    space = Space("words", (x.shape[1],) if x.ndim > 1 else (3,), vocabulary=vocabulary)
    return Sample(x, torch.zeros(len(rows), dtype=torch.float64), space, Rows.first(0, len(rows)))


def test_a_row_is_a_line_and_the_mask_is_shown() -> None:
    assert text(tokens([[1, 0, 3], [8, 4, 8]])).text == f"bad\n{MASK}e{MASK}\n"


def test_words_are_set_apart_unless_told_otherwise() -> None:
    assert text(tokens([[0, 1, 2]], WORDS)).text == "the cat sat\n"
    assert text(tokens([[0, 1, 3]], WORDS), separator="_").text == f"the_cat_{MASK}\n"
    assert text(tokens([[1, 0, 3]]), separator=" ").text == "b a d\n"


@pytest.mark.parametrize("vocabulary", [LETTERS, WORDS, tuple("äßあ😀")])
def test_every_token_of_a_vocabulary_is_found_again_in_the_text(vocabulary: tuple[str, ...]) -> None:
    known = [*vocabulary, MASK]
    rows = torch.randint(0, len(known), (20, 7), generator=torch.Generator().manual_seed(5)).tolist()
    shown = text(tokens(rows, vocabulary), separator="|").text
    assert [[known.index(token) for token in line.split("|")] for line in shown.splitlines()] == rows


def test_a_line_break_within_a_token_breaks_no_line() -> None:
    assert text(tokens([[0, 1, 0]], ("a", "\n"))).text == "a↵a\n"


def test_no_rows_are_no_lines() -> None:
    empty = Sample(
        torch.zeros(0, 4, dtype=torch.int64),
        torch.zeros(0, dtype=torch.float64),
        Space("words", (4,), vocabulary=LETTERS),
        Rows.first(0, 0),
    )
    assert text(empty).text == ""


def test_a_trajectory_has_a_line_for_each_level() -> None:
    x = torch.tensor([[[8, 8], [8, 8]], [[0, 8], [8, 1]], [[0, 1], [2, 1]]])
    assert text(trajectory(x)).text == f"{MASK * 2}  {MASK * 2}\na{MASK}  {MASK}b\nab  cb\n"


def trajectory(x: Tensor | None) -> Trajectory:
    """Two rows over three levels."""
    s = torch.tensor([torch.inf, 1.0, 0.0], dtype=torch.float64)[:, None].expand(3, 2)
    return Trajectory(s, Rows.first(0, 2), Space("words", (2,), vocabulary=LETTERS), x=x)


def test_a_trajectory_without_points_is_refused() -> None:
    with pytest.raises(InputError, match="holds no points"):
        text(trajectory(None))


@pytest.mark.parametrize("wrong", [-1, 9])
def test_a_token_outside_the_vocabulary_is_refused(wrong: int) -> None:
    with pytest.raises(InputError, match="not in the vocabulary") as refused:
        text(tokens([[0, wrong, 1]]))
    assert refused.value.given == str(wrong)


def test_what_is_not_made_of_tokens_is_refused() -> None:
    with pytest.raises(InputError, match="not made of tokens"):
        text(tokens([[0, 1]], ()))


def test_the_text_is_kept_as_a_file_of_that_text() -> None:
    result = kept(text(tokens([[1, 0, 3]])))
    assert pack(result) == Packed({"data": "Text", "fields": {"text": "bad\n"}}, ())
    (file,) = result.files()
    assert (file.suffix, file.content) == (".txt", b"bad\n")
