"""The digits' training: what is drawn, what is written, and that a second start goes on."""

from __future__ import annotations

from pathlib import Path

import torch

from nodes.contracts.rows import Rows
from nodes.networks.checkpoint import open_checkpoint
from nodes.training.digits import NETWORK, course
from nodes.training.examples import DigitExamples
from nodes.training.recipe import Recipe
from nodes.training.trainer import Trainer
from tests.nodes.training.toys import bars


def fresh() -> Trainer:
    return Trainer(NETWORK, DigitExamples(bars()), Recipe(batch=2))


def test_a_picture_has_the_name_of_its_digit() -> None:
    pictures, texts = DigitExamples(bars()).batch(Rows.first(0, 32), 0)
    assert set(texts) == {"one", "seven"}
    right = pictures[:, 0, :, 18:].mean((1, 2))  # a seven's stroke stands further to the right
    ones = torch.tensor([text == "one" for text in texts])
    assert right[ones].max() < right[~ones].min()


def test_a_second_start_goes_on_and_the_file_opens(tmp_path: Path) -> None:
    losses = list(course(fresh(), tmp_path / "whole").train(until=2))
    first, second = (course(fresh(), tmp_path / "parts") for _ in range(2))
    begun = list(first.train(until=1))
    first.keep()
    assert begun + list(second.train(until=2)) == losses
    second.keep()
    network = open_checkpoint(tmp_path / "parts" / "digits.safetensors")
    assert network.configuration.recipe.startswith("2 steps, 4 pictures")
    assert "CC BY 4.0" in network.configuration.licence


def test_what_is_reached_is_kept_meanwhile(tmp_path: Path) -> None:
    killed, second = fresh(), fresh()
    for _ in course(killed, tmp_path).train(until=2, every=0):
        pass
    assert not list(course(second, tmp_path).train(until=2))
    assert second.step == 2
