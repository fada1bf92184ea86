"""Samples of prompts in their order for 20 NFE each, an order that tells nothing, prompts that are what they say."""

from __future__ import annotations

import json

import pytest
import torch

from graphs.home import assets_folder
from nodes.model.checkpoint import Network
from nodes.networks.configuration import NetworkConfiguration
from nodes.training.emoji_prompts import KNOWN, NEW
from nodes.training.emoji_sheets import sampled, shuffled
from nodes.training.nearest import nearest
from tests.nodes.networks.examples import SMALL, random_network

WORDS = NetworkConfiguration.model_validate({**SMALL.model_dump(), "vocabulary": ("cat", "dog")})


def test_samples_come_in_the_order_of_the_prompts_for_twenty_rows_each() -> None:
    network, rows = Network(random_network(WORDS)), list[int]()
    network.denoiser.unet.register_forward_pre_hook(lambda _, inputs: rows.append(len(inputs[0])))
    several, count = sampled(network, ("cat", "dog"), 3, seed=1), sum(rows)
    assert count == 20 * 6
    torch.testing.assert_close(several[:2], sampled(network, ("cat", "dog"), 1, seed=1), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(several[:2], several[2:4])


def test_the_order_is_one_of_all_pictures_and_the_seeds() -> None:
    assert sorted(shuffled(20, 1)) == list(range(20))
    assert shuffled(20, 1) == shuffled(20, 1) != shuffled(20, 2)
    assert shuffled(20, 1) != list(range(20))


def test_ten_prompts_are_known_and_ten_new() -> None:
    assert len({*KNOWN}) == len({*NEW}) == 10
    assert not {*KNOWN} & {*NEW}


def test_the_nearest_of_coloured_pictures_is_moved_in_over_their_own_ground() -> None:
    others = torch.ones(2, 3, 8, 8)
    others[0, 0, 2:4, 2:4] = -1
    moved = torch.ones(1, 3, 8, 8)
    moved[0, 0, 3:5, 2:4] = -1
    distance, found = nearest(moved, others, beyond=1.0)
    assert float(distance) < 1e-3
    assert torch.equal(found, moved)


@pytest.mark.parametrize("weights", ["emoji", "emoji-latent"])
def test_the_answers_that_are_told_are_to_these_prompts_in_the_order_of_the_sheet(weights: str) -> None:
    folder, prompts = assets_folder() / "weights", (*KNOWN, *NEW)
    told = json.loads((folder / f"{weights}-naming.json").read_bytes())
    assert told["prompts"] == [prompts[number] for number in shuffled(len(prompts), 1)]
    assert len(told["named"]) == len(prompts)
    known, new = (len({*told["right"]} & {*asked}) for asked in (KNOWN, NEW))
    assert known + new == len(told["right"])
    text = " ".join((folder / "README.md").read_text().split())
    assert f"{known} of the 10 names and {new} of the 10 combinations" in text
