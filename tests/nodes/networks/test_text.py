from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.networks.text import EMPTY, UNKNOWN, TextEncoder, Vocabulary, attend
from tests.nodes.networks.examples import SMALL, random_network

WORDS = Vocabulary(("zero", "one", "cat", "cats"), 3)


def test_words_are_numbered_after_the_empty_and_the_unknown() -> None:
    assert WORDS.encode("Zero cat dog") == [2, 4, UNKNOWN]
    assert WORDS.encode("") == [EMPTY] * 3
    assert WORDS.size == 6


def test_case_and_punctuation_do_not_count() -> None:
    assert WORDS.encode("  ONE, cat’s! ") == [3, 5, EMPTY]


def test_a_long_prompt_is_cut() -> None:
    assert WORDS.encode("one one one zero dog") == [3, 3, 3]
    assert WORDS.surplus("one one one zero dog") == ["zero", "dog"]
    assert WORDS.surplus("one") == []


def test_digits_are_read_as_words() -> None:
    assert WORDS.encode("0 1 2") == [2, 3, UNKNOWN]
    assert WORDS.unknown("0 1 2 12") == ["2", "12"]


def test_a_digit_that_is_itself_a_word_stays_itself() -> None:
    assert Vocabulary(("one", "1"), 2).encode("one 1") == [2, 3]


def test_unknown_words_are_named_once_and_in_order() -> None:
    assert WORDS.unknown("red Cat, blue red") == ["red", "blue"]


@given(st.text(max_size=60))
def test_every_text_is_encoded(text: str) -> None:
    identifiers = WORDS.encode(text)
    assert len(identifiers) == WORDS.length
    assert all(0 <= identifier < WORDS.size for identifier in identifiers)


def test_attention_is_a_weighted_mean_of_what_may_be_seen() -> None:
    value = torch.eye(3)[None, None]
    query = torch.zeros(1, 1, 1, 4)
    key = torch.randn(1, 1, 3, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([True, False, True])
    torch.testing.assert_close(attend(query, key, value, mask).flatten(), torch.tensor([0.5, 0.0, 0.5]))


def test_encoder_shapes_and_mask() -> None:
    encoder = random_network().text
    assert isinstance(encoder, TextEncoder)
    context, pooled, mask = encoder(torch.tensor([[2, 3, 0], [0, 0, 0]]))
    assert context.shape == (2, SMALL.prompt_length + 1, SMALL.context_width)
    assert pooled.shape == (2, SMALL.context_width)
    assert mask.tolist() == [[True, True, True, False], [True, False, False, False]]


def test_empty_places_change_nothing() -> None:
    network = random_network()
    before = network.encode(["one"])[1]
    network.text.words[EMPTY] += 100
    torch.testing.assert_close(network.encode(["one"])[1], before)


def test_word_order_matters() -> None:
    _, pooled, _ = random_network().encode(["one cat", "cat one"])
    assert (pooled[0] - pooled[1]).abs().max() > 1e-4
