"""Which names are learnt, how they are drawn, and that a second start goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graphs import InputError
from nodes.contracts.rows import Rows
from nodes.networks.checkpoint import open_tokens
from nodes.training.names import NameExamples, course
from nodes.training.names_table import (
    COUNTRIES,
    INSTALL,
    KINDS,
    LENGTH,
    TOKENS,
    TOWNS,
    Name,
    divided,
    plain,
    read_names,
)
from nodes.training.recipe import Recipe
from tests.nodes.training.name_toys import packages


def test_names_are_in_plain_letters_of_the_countries_and_of_a_length_that_fits(tmp_path: Path) -> None:
    found = [(name.kind, name.text) for name in read_names(packages(tmp_path))]
    assert found == [
        ("finland", "Jyvaskyla"),
        ("france", "Aix"),
        ("france", "Paris"),
        ("japan", "Osaka"),
        ("man", "Bob"),
        ("man", "Kim"),
        ("poland", "Lodz"),
        ("woman", "Ada"),
        ("woman", "Kim"),
    ]


def test_letters_lose_their_marks() -> None:
    assert plain("Żółć Øst ıß") == "Zolc Ost iss"


def test_a_folder_without_the_packages_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not here") as caught:
        read_names(tmp_path)
    assert caught.value.mend is not None
    assert INSTALL in caught.value.mend
    (packages(tmp_path) / TOWNS).write_text("[3]")
    with pytest.raises(InputError, match="no table of names"):
        read_names(tmp_path)


def test_a_tenth_is_held_out_and_nothing_of_it_is_learnt_under_another_kind() -> None:
    names = [Name(f"Name{chr(97 + i % 26)}{i // 26}", kind) for kind in COUNTRIES.values() for i in range(200)]
    seen, unseen = divided(names)
    assert len(seen) + len(unseen) == len(names)
    assert 0.05 < len(unseen) / len(names) < 0.15
    assert not {name.text for name in seen} & {name.text for name in unseen}


def test_a_kind_comes_as_often_as_the_root_of_its_names() -> None:
    names = [Name("Aa", "france")] * 16 + [Name("Bb-", "man")] * 4 + [Name("Cc", "woman")]
    tokens, kinds = NameExamples(names).batch(Rows.first(0, 3500), 1)
    counts = [kinds.count(kind) for kind in ("france", "man", "woman")]
    assert counts == pytest.approx([2000, 1000, 500], rel=0.08)
    for row, kind in zip(tokens[:20].tolist(), kinds[:20], strict=True):
        text = "".join(TOKENS[token] for token in row)
        assert len(text) == LENGTH
        assert text.rstrip() == {"france": "Aa", "man": "Bb-", "woman": "Cc"}[kind]


def test_a_second_start_goes_on_and_the_file_opens(tmp_path: Path) -> None:
    names, recipe = read_names(packages(tmp_path / "packages")), Recipe(batch=3)
    losses = list(course(names, tmp_path / "whole", recipe).train(until=2))
    first, second = (course(names, tmp_path / "parts", recipe) for _ in range(2))
    begun = list(first.train(until=1))
    first.keep()
    assert begun + list(second.train(until=2)) == losses
    second.keep()
    network = open_tokens(tmp_path / "parts" / "names.safetensors")
    assert network.configuration.recipe.startswith("2 steps, 6 names seen: 9 names of 6 kinds")
    assert "CC BY 4.0" in network.configuration.licence
    assert network.configuration.vocabulary == KINDS
    weights = second.trainer.average
    assert all(
        torch.equal(value.half().float(), weights[name].half().float()) for name, value in network.state_dict().items()
    )
