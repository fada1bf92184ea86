"""CLIP: weights, prompts longer than it reads, layers left out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from nodes.cond.prompt import prompt
from nodes.contracts.model import Model
from tests.nodes.pretrained.matching import opened


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return opened(folder).model


def context(model: Model, text: str) -> Tensor:
    return prompt(model, text=text).entries["context"]


def test_a_token_of_weight_two_goes_twice_as_far_from_the_empty_prompt(model: Model) -> None:
    empty, once, twice = (context(model, text) for text in ("", "a cat", "(a cat:2)"))
    begin = 1  # the first token is the beginning, the two words, and then nobody's
    torch.testing.assert_close(twice[:, begin:3] - empty[:, begin:3], 2 * (once[:, begin:3] - empty[:, begin:3]))
    torch.testing.assert_close(twice[:, 3:], once[:, 3:])


def test_weight_one_is_the_prompt_itself_bitwise(model: Model) -> None:
    assert torch.equal(context(model, "(a cat:1)"), context(model, "a cat"))


def test_a_long_prompt_is_read_in_chunks_the_first_of_which_is_that_of_its_first_words(model: Model) -> None:
    long = context(model, " ".join(["cat"] * 80))
    assert long.shape[1] == 2 * 77
    assert torch.equal(long[:, :77], context(model, " ".join(["cat"] * 75)))
    assert torch.equal(long[:, 77:], context(model, " ".join(["cat"] * 5)))


def test_beside_a_long_prompt_a_short_one_has_an_empty_chunk(model: Model) -> None:
    both = context(model, "dog\n" + " ".join(["cat"] * 80))
    assert torch.equal(both[:1, :77], context(model, "dog"))
    torch.testing.assert_close(both[:1, 77:], context(model, ""))


def test_layers_that_are_left_out_change_the_text(folder: Path, model: Model) -> None:
    skipped = opened(folder, clip_skip=1).model
    assert context(skipped, "a cat").shape == context(model, "a cat").shape
    assert not torch.allclose(context(skipped, "a cat"), context(model, "a cat"), atol=1e-3)
