"""The judge reads, the nearest picture is found, samples come in the order of the digits."""

from __future__ import annotations

import torch

from nodes.model.checkpoint import Network
from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.text import DIGITS
from nodes.training.examples import DigitExamples
from nodes.training.ink import draw, fields
from nodes.training.judge import trained_judge
from nodes.training.nearest import nearest
from nodes.training.sampling import asked, sampled
from nodes.training.variation import upright
from nodes.training.verify import agreement, beside, misread, told
from tests.nodes.networks.examples import SMALL, random_network
from tests.nodes.training.toys import bars

TEN_WORDS = NetworkConfiguration.model_validate({**SMALL.model_dump(), "vocabulary": DIGITS})


def test_a_judge_learns_to_tell_two_digits_apart_and_agreement_counts() -> None:
    judge = trained_judge(DigitExamples(bars()), steps=15)
    pictures = draw(fields(bars().ink), *upright(2))
    assert judge.read(pictures).tolist() == [1, 7]
    assert agreement(judge, pictures, torch.tensor([1, 1])) == 0.5
    asked_for_all = pictures[[0, 0, 1, 0, 1, 0, 1, 1, 0, 0]]
    assert misread(judge, asked_for_all) == [(0, 1), (2, 7), (3, 1), (4, 7), (5, 1), (6, 7), (8, 1), (9, 1)]


def test_the_nearest_picture_is_found_also_where_it_was_moved() -> None:
    others = -torch.ones(3, 1, 8, 8)
    others[0, 0, 2:4, 2:4] = 1
    others[1, 0, 1:7, 3] = 1
    moved = -torch.ones(1, 1, 8, 8)
    moved[0, 0, 4:6, 1:3] = 1  # the first, two down and one to the left
    distance, found = nearest(moved, others)
    assert float(distance) < 1e-3
    assert torch.equal(found, moved)
    distance, found = nearest(moved, others, shift=0)
    assert torch.equal(found[0], others[2])
    torch.testing.assert_close(distance, torch.tensor([(4 * 2**2 / 64) ** 0.5]), atol=1e-3, rtol=0)


def test_what_was_found_lies_right_of_its_sample() -> None:
    samples, found = torch.zeros(2, 1, 4, 4), torch.ones(2, 1, 4, 4)
    assert beside(samples, found).flatten(1)[:, 0].tolist() == [0, 1, 0, 1]


def test_samples_come_in_the_order_of_the_digits() -> None:
    network = Network(random_network(TEN_WORDS))
    both, single = sampled(network, 2, guidance=1.0), sampled(network, 1, guidance=1.0)
    assert both.shape == (20, 1, 8, 8)
    torch.testing.assert_close(both[:10], single, atol=1e-4, rtol=1e-4)
    assert asked(2).tolist() == [*range(10), *range(10)]
    assert not torch.allclose(both[:10], both[10:])


def test_what_is_told_counts_what_was_read_otherwise_and_how_far_it_is() -> None:
    judge = trained_judge(DigitExamples(bars()), steps=15)
    pictures = draw(fields(bars().ink), *upright(2))
    lines = list(told(judge, {2.0: pictures[[0] * 10]}, pictures))
    assert lines[0].startswith("guidance 2: 10.0% of 10 read as asked; otherwise: 0 as 1, 2 as 1")
    assert lines[1].endswith("0.000")
