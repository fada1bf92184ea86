"""The local score machine: between the data's mean colour and the exact model of whole pictures."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from graphs import InputError, LevelCurve
from graphs.running.context import Meter, RunContext
from nodes.contracts.media import Image
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact import patches as module
from nodes.exact.empirical import Empirical
from nodes.exact.patches import Edges, Patches
from nodes.model.patches import patches as node
from tests.nodes.model.laws import LEVELS, coefficients, x0_of

EVENT = (2, 4, 5)
SPACE = Space("pixels", EVENT)
every_level = pytest.mark.parametrize("s", LEVELS)
either_edge = pytest.mark.parametrize("edges", ["zero", "wrap"])


def drawn(count: int, seed: int = 3) -> Tensor:
    return torch.randn(count, *EVENT, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


DATA = drawn(3)


def patches(side: float = 3, edges: Edges = "zero", *, local: bool = False, data: Tensor = DATA) -> Patches:
    return Patches(Space("pixels", (2, *data.shape[2:])), data, side, edges, local=local)


def empirical(data: Tensor) -> Empirical:
    return Empirical(SPACE, data, torch.ones(len(data)), ("",) * len(data))


@every_level
@either_edge
def test_a_patch_that_sees_everything_at_its_own_place_is_the_exact_model(s: float, edges: Edges) -> None:
    x = drawn(4, seed=5)
    found = x0_of(patches(99, edges, local=True), x, s)
    assert torch.allclose(found, x0_of(empirical(DATA), x, s), atol=1e-10)


@every_level
def test_a_patch_that_sees_everything_at_any_place_is_the_exact_model_of_all_shifts(s: float) -> None:
    shifts = [(down, right) for down in range(EVENT[1]) for right in range(EVENT[2])]
    shifted = torch.cat([DATA.roll(shift, (2, 3)) for shift in shifts])
    x = drawn(4, seed=5)
    assert torch.allclose(x0_of(patches(99, "wrap"), x, s), x0_of(empirical(shifted), x, s), atol=1e-10)


@every_level
@either_edge
@pytest.mark.parametrize("local", [False, True])
def test_a_pixel_is_the_mean_of_middles_by_bayes(s: float, edges: Edges, local: bool) -> None:
    alpha, sigma = coefficients(s)
    x = drawn(1, seed=6)
    found = x0_of(patches(3, edges, local=local), x, s)[0]

    def seen(picture: Tensor, row: int, column: int) -> Tensor:
        wrapped = picture.roll((1 - row, 1 - column), (1, 2))[:, :3, :3].clone()
        if edges == "zero":
            wrapped[:, [not 0 <= row + step < EVENT[1] for step in (-1, 0, 1)]] = 0
            wrapped[:, :, [not 0 <= column + step < EVENT[2] for step in (-1, 0, 1)]] = 0
        return wrapped

    places = [(row, column) for row in range(EVENT[1]) for column in range(EVENT[2])]
    for row, column in places:
        window = seen(x[0], row, column)
        scores, middles = [], []
        for picture in DATA:
            for place in [(row, column)] if local else places:
                distance = (window - alpha * seen(picture, *place)).square().sum()
                scores.append(-distance / (2 * sigma**2))
                middles.append(picture[:, place[0], place[1]])
        expected = torch.softmax(torch.stack(scores), 0) @ torch.stack(middles)
        assert torch.allclose(found[:, row, column], expected, atol=1e-10)


@every_level
def test_with_wrapped_edges_a_shifted_question_has_the_shifted_answer(s: float) -> None:
    x, model = drawn(2, seed=7), patches(3, "wrap")
    assert torch.allclose(x0_of(model, x.roll((1, 2), (2, 3)), s), x0_of(model, x, s).roll((1, 2), (2, 3)), atol=1e-12)
    kept = patches(3, "wrap", local=True)
    assert not torch.allclose(x0_of(kept, x.roll(1, 3), s), x0_of(kept, x, s).roll(1, 3), atol=1e-3)


def test_a_patch_of_one_pixel_is_the_exact_model_of_colours() -> None:
    x, s = drawn(1, seed=8), 0.7
    colours = DATA.permute(0, 2, 3, 1).reshape(-1, 2)
    single = Empirical(Space("points", (2,)), colours, torch.ones(len(colours)), ("",) * len(colours))
    expected = x0_of(single, x[0].flatten(1).T, s).T.reshape(EVENT)
    assert torch.allclose(x0_of(patches(1), x, s)[0], expected, atol=1e-12)


def test_pure_noise_says_nothing_and_no_noise_all() -> None:
    x = drawn(2, seed=9)
    mean = DATA.mean((0, 2, 3))[None, :, None, None].expand(2, *EVENT)
    assert torch.allclose(x0_of(patches(), x, math.inf), mean, atol=1e-12)
    for local in (False, True):
        assert torch.allclose(x0_of(patches(local=local), DATA, 0.0), DATA, atol=0)
        assert torch.isfinite(x0_of(patches(local=local), x.float(), 0.0)).all()


@pytest.mark.parametrize("local", [False, True])
def test_pieces_of_any_size_give_the_same(local: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    x, s = drawn(2, seed=10), 0.3
    whole = x0_of(patches(local=local), x, s)
    monkeypatch.setattr(module, "MOST", 90)
    assert torch.allclose(x0_of(patches(local=local), x, s), whole, atol=1e-12)


@pytest.mark.parametrize("local", [False, True])
def test_gradients_are_the_slopes(local: bool) -> None:
    x = drawn(1, seed=11).requires_grad_()
    assert torch.autograd.gradcheck(lambda point: x0_of(patches(local=local), point, 0.8), (x,), fast_mode=True)


def test_a_row_answers_alike_in_every_batch() -> None:
    x, s = drawn(3, seed=12).float(), torch.tensor([0.2, 1.0, 5.0], dtype=torch.float64)
    together = x0_of(patches(), x, s)
    for row in range(3):
        assert torch.equal(x0_of(patches(), x[row : row + 1], s[row : row + 1])[0], together[row])


def test_the_patch_follows_the_level() -> None:
    model = Patches(SPACE, DATA, LevelCurve(((0.1, 1.0), (10.0, 5.0))), "zero")
    assert [model.frame(s).size for s in (0.0, 0.1, 1.0, 10.0, math.inf)] == [(1, 1), (1, 1), (3, 3), (5, 5), (5, 5)]
    assert patches(99).frame(1.0).size == (7, 9)
    assert patches(99, "wrap").frame(1.0).size == (4, 5)
    assert patches(4).frame(1.0).size == (5, 5)


def test_new_pictures_may_be_of_another_size() -> None:
    stripes = torch.zeros(1, 8, 8, 1, dtype=torch.uint8)
    stripes[:, :, ::2] = 255
    model = node(Image(stripes), patch=3, edges="wrap", width=12, height=6, run=RunContext(Meter()))
    assert model.space.event == (1, 6, 12)
    columns = torch.tensor([1.0, -1.0] * 6).expand(1, 1, 6, 12)
    x = columns + 0.05 * torch.randn(1, 1, 6, 12, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(x0_of(model, x, 0.2), columns, atol=1e-3)


def test_what_is_no_picture_is_refused() -> None:
    points = Sample(torch.zeros(2, 3), torch.zeros(2, dtype=torch.float64), Space("points", (3,)), Rows.first(0, 2))
    with pytest.raises(InputError, match="cut from pictures"):
        node(points, run=RunContext(Meter()))
    with pytest.raises(InputError, match="another size"):
        node(Image(torch.zeros(1, 4, 4, 1, dtype=torch.uint8)), local=True, width=5, run=RunContext(Meter()))
    with pytest.raises(InputError, match="level"):
        x0_of(patches(), drawn(1), torch.full((1, 1, 4, 5), 0.5, dtype=torch.float64))
