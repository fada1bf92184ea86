"""What moves to a device, what stays, and what moving costs where nothing has to."""

from __future__ import annotations

import torch

from graphs.media import Movable
from nodes.contracts.cond import Cond
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.sample import Sample
from nodes.levels.karras import karras
from tests.nodes.gaussian import means, pure_noise
from tests.nodes.waiting import DEVICE


def test_samples_and_conditions_can_be_moved_and_levels_cannot() -> None:
    assert isinstance(pure_noise(2), Movable)
    assert isinstance(means(1.0), Movable)
    assert not isinstance(karras(), Movable)


def test_of_a_sample_only_x_moves() -> None:
    noise = pure_noise(2)
    there = noise.to(DEVICE)
    assert there.x.device.type == DEVICE
    assert there.x.shape == noise.x.shape
    assert there.s is noise.s
    assert there.rows is noise.rows


def test_of_a_condition_every_entry_moves() -> None:
    cond = Cond({"context": torch.zeros(3, 4), "mask": torch.ones(3, dtype=torch.bool)})
    assert {entry.device.type for entry in cond.to(DEVICE).entries.values()} == {DEVICE}


def test_what_is_there_already_is_itself() -> None:
    noise, cond = pure_noise(2), means(1.0)
    assert noise.to("cpu") is noise
    assert cond.to("cpu") is cond
    assert moved(noise.x, torch.device("cpu")) is noise.x
    there: tuple[Sample, Cond] = noise.to(DEVICE), cond.to(DEVICE)
    assert there[0].to(DEVICE) is there[0]
    assert there[1].to(DEVICE) is there[1]


def test_rows_are_taken_and_put_by_an_index_of_the_host() -> None:
    table, index = torch.arange(8.0).reshape(4, 2), torch.tensor([3, 1])
    assert take_rows(table, index).tolist() == [[6.0, 7.0], [2.0, 3.0]]
    assert put_rows(table, index, -table[:2]).tolist() == [[0.0, 1.0], [-2.0, -3.0], [4.0, 5.0], [-0.0, -1.0]]
    assert table.tolist() == [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]]
