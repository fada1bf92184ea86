"""A network of tokens as a model: what is known stays, words are asked for, and its file is read as strictly."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from graphs import InputError
from graphs.running.context import Meter, RunContext
from nodes.model.checkpoint import checkpoint
from nodes.model.tokens import Completion
from nodes.model.tokens import tokens as node
from nodes.networks.checkpoint import open_tokens, serialise
from nodes.networks.configuration import KEY
from nodes.networks.token_configuration import TokenConfiguration
from nodes.networks.token_network import TokenNetwork
from nodes.noise.masked import masked
from tests.nodes.model.laws import x0_of
from tests.nodes.networks.examples import DIGITS, put_together, take_apart

SMALL = TokenConfiguration(
    tokens=(" ", "a", "b"), length=4, width=8, layers=1, heads=2, vocabulary=("town", "man"), prompt_length=1
)


def network(configuration: TokenConfiguration = SMALL) -> TokenNetwork:
    """Every weight random."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = TokenNetwork(configuration)
        for parameter in made.parameters():
            nn.init.normal_(parameter, std=0.3)
    return made.eval().requires_grad_(requires_grad=False)


def spelled(*texts: str) -> Tensor:
    return torch.tensor([[" ab_".index(letter) for letter in text] for text in texts])


def test_the_answer_is_a_law_of_each_token_and_what_is_known_stays() -> None:
    found = x0_of(Completion(network()), spelled("a__b", "____"), 0.7)
    assert found.dtype == torch.float64
    assert found.shape == (2, 4, 3)
    assert torch.allclose(found.exp().sum(-1), torch.ones(2, 4, dtype=torch.float64), atol=1e-6)
    assert found.argmax(-1)[0, [0, 3]].tolist() == [1, 2]
    assert bool(torch.isfinite(found).all())


def test_each_place_sees_all_that_is_known_and_the_level_says_nothing() -> None:
    model = Completion(network())
    one, other = x0_of(model, spelled("a___"), 0.5), x0_of(model, spelled("b___"), 0.5)
    assert (one[0, 1:] - other[0, 1:]).abs().amin() > 0
    for s in (0.01, math.inf):
        assert torch.equal(x0_of(model, spelled("a___"), s), one)
    places = torch.tensor([[0.0, 0.5, 3.0, math.inf]], dtype=torch.float64)
    assert torch.equal(x0_of(model, spelled("a___"), places), one)


def test_a_word_changes_the_answer_and_the_empty_text_is_no_condition() -> None:
    model = Completion(network())
    x = spelled("____", "____")
    free, town = x0_of(model, x, 1.0), x0_of(model, x, 1.0, model.prompt(("town", "")))
    assert not torch.allclose(town[0], free[0])
    assert torch.equal(town[1], free[1])


@pytest.mark.parametrize(("text", "words"), [("toun", "does not know"), ("town man", "no more than 1 word")])
def test_other_words_are_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        Completion(network()).prompt((text,))


def test_a_network_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(serialise(network(), torch.float32))
    model = node(weights=path, run=RunContext(Meter()))
    assert torch.equal(x0_of(model, spelled("a___"), 1.0), x0_of(Completion(network()), spelled("a___"), 1.0))
    assert model.digest == Completion(network()).digest


def test_a_file_of_the_other_kind_says_which_node_opens_it(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    path.write_bytes(serialise(network()))
    with pytest.raises(InputError, match="another kind") as caught:
        checkpoint(weights=path, run=RunContext(Meter()))
    assert caught.value.mend == "open it with model.tokens"
    with pytest.raises(InputError, match="another kind") as caught:
        node(weights=DIGITS, run=RunContext(Meter()))
    assert caught.value.mend == "open it with model.checkpoint"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"width": 10**9}, "width"),
        ({"width": 2048, "layers": 32}, "too much memory"),
        ({"heads": 3}, "no multiple of heads"),
        ({"length": 5}, "of another shape"),
        ({"tokens": ["a", "b", "a"]}, "tokens holds an entry twice"),
        ({"layers": 2}, "missing"),
        ({"more": 1}, "more"),
    ],
)
def test_a_file_that_does_not_agree_with_itself_is_refused(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    header, body = take_apart(serialise(network()))
    told = json.loads(SMALL.model_dump_json()) | changes
    path = tmp_path / "small.safetensors"
    path.write_bytes(put_together(header | {"__metadata__": {KEY: json.dumps(told)}}, body))
    with pytest.raises(InputError) as caught:
        open_tokens(path)
    assert words in str(caught.value)


def test_noise_for_it_is_masked_all_over() -> None:
    assert masked(Completion(network()), count=2).x.tolist() == [[3] * 4] * 2
