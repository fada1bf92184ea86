"""What is known of a picture stays, whatever solver paints the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.driving import drive, solve
from nodes.contracts.kernel import GaussianKernel
from nodes.contracts.levels import Levels, alpha_sigma, beside, place
from nodes.contracts.media import Image
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.contracts.space import Space
from nodes.contracts.state import Halfway
from nodes.levels.explicit import explicit
from nodes.noise.noised import noised
from nodes.solver.ancestral import ancestral
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.euler import euler
from nodes.solver.heun import heun
from nodes.solver.inpaint import Inpaint, PaintedKernel, inpaint
from nodes.solver.painting import mask_of
from nodes.solver.reflected import reflected
from nodes.solver.restart import restart
from nodes.solver.standard import standard_solver
from nodes.solver.stop_early import stop_early
from nodes.solver.unmask import unmask
from tests.laws import exact
from tests.nodes.gaussian import context, pure_noise

GRID = explicit(sigmas=(math.inf, 8.0, 3.0, 1.0, 0.3, 0.0))
ORIGINAL = exact.clean(2)
HALF = torch.tensor([[0, 0, 255, 255]] * 4, dtype=torch.uint8)
MASK = Image(torch.stack([HALF, HALF.T])[..., None].contiguous())
"""The first is made anew on the right, the second below."""
SOLVERS: Mapping[str, Callable[[], Solver]] = {
    "euler": euler,
    "heun": heun,
    "dpmpp_2m": dpmpp_2m,
    "standard": standard_solver,
    "ancestral": ancestral,
    "restart": lambda: restart(heun()),
    "stop_early": lambda: stop_early(heun(), tolerance=0.5, sigma_max=5.0),
}


def known(x: Tensor) -> Tensor:
    """The numbers of rows that are not made anew."""
    stays = MASK.pixels.permute(0, 3, 1, 2)[torch.arange(len(x)) % 2] == 0
    return x[stays]


def original(count: int) -> Tensor:
    """The picture of each row."""
    return ORIGINAL.x[torch.arange(count) % 2]


@pytest.mark.parametrize("name", SOLVERS)
def test_the_known_part_is_the_original_bitwise_and_the_rest_is_not(name: str) -> None:
    solver = SOLVERS[name]()
    ended = solve(exact.Exact(), inpaint(solver, ORIGINAL, MASK), exact.noise(4), GRID, context())
    assert torch.equal(known(ended.x), known(original(4)))
    assert not bool((ended.x == original(4)).all())


@pytest.mark.parametrize("levels", [GRID, explicit(sigmas=(2.0, 1.0, 0.0))], ids=["from inf", "from 2"])
@pytest.mark.parametrize("name", ["euler", "dpmpp_2m", "ancestral"])
def test_on_the_way_it_is_the_original_with_the_noise_of_the_start(name: str, levels: Levels) -> None:
    noise = exact.noise(4)
    states = list(drive(exact.Exact(), inpaint(SOLVERS[name](), ORIGINAL, MASK), noise, levels, context()))
    share = float(alpha_sigma(states[0].s)[1][0])
    assert torch.allclose(states[0].x, share * noise.x), "the first step sees the noise alone, as in diffusers"
    for state in states[1:]:
        torch.testing.assert_close(known(state.x), known(place(original(4), noise.x, state.s)), rtol=0, atol=1e-12)


def test_a_noised_start_is_taken_up_without_a_jump() -> None:
    levels = explicit(sigmas=(2.0, 1.0, 0.3, 0.0))
    start = noised(ORIGINAL, levels)
    eps = (start.x * math.sqrt(5) - ORIGINAL.x) / 2
    for state in drive(exact.Exact(), inpaint(heun(), ORIGINAL, MASK), start, levels, context()):
        torch.testing.assert_close(known(state.x), known(place(ORIGINAL.x, eps, state.s)), rtol=0, atol=1e-9)


def test_another_noise_for_the_known_part_may_be_wired() -> None:
    other = exact.noise(2)
    levels = explicit(sigmas=(2.0, 1.0, 0.3, 0.0))
    solver = inpaint(euler(), ORIGINAL, MASK, other)
    *_, before, _ = drive(exact.Exact(), solver, noised(ORIGINAL, levels), levels, context())
    torch.testing.assert_close(known(before.x), known(place(ORIGINAL.x, other.x, before.s)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["euler", "standard", "ancestral"])
def test_with_all_made_anew_it_is_the_solver_bitwise(name: str) -> None:
    white = Image(torch.full((1, 4, 4, 1), 255, dtype=torch.uint8))
    solver = SOLVERS[name]()
    found = solve(exact.Exact(), inpaint(solver, ORIGINAL, white), exact.noise(), GRID, context())
    assert torch.equal(found.x, solve(exact.Exact(), solver, exact.noise(), GRID, context()).x)


def test_a_soft_mask_is_a_blend_and_a_binary_one_is_not() -> None:
    grey = Image(torch.full((1, 4, 4, 3), 102, dtype=torch.uint8))
    one, levels = exact.noise(2), explicit(sigmas=(3.0, 0.0))
    alone = solve(exact.Exact(), euler(), one, levels, context()).x
    soft = solve(exact.Exact(), inpaint(euler(), ORIGINAL, grey, binarize=False), one, levels, context()).x
    torch.testing.assert_close(soft, 0.6 * ORIGINAL.x + 0.4 * alone, rtol=0, atol=1e-12)
    hard = solve(exact.Exact(), inpaint(euler(), ORIGINAL, grey), one, levels, context()).x
    assert torch.equal(hard, ORIGINAL.x)


def test_a_mask_is_scaled_to_latents_by_the_nearest_pixel_as_in_diffusers() -> None:
    pixels = torch.randint(0, 256, (3, 24, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
    found = mask_of(Image(pixels), 3, 4, binarize=True)
    white = (pixels.amax(-1, keepdim=True).permute(0, 3, 1, 2).double() / 255 >= 0.5).double()
    assert torch.equal(found, torch.nn.functional.interpolate(white, size=(3, 4)))
    assert 0 < float(found.mean()) < 1


@pytest.mark.parametrize("name", ["heun", "ancestral"])
def test_a_clean_end_is_the_original_at_the_last_level_alone(name: str) -> None:
    levels, noise = explicit(sigmas=(math.inf, 3.0, 1.0, 0.2)), exact.noise(4)
    runs = [
        list(drive(exact.Exact(), inpaint(SOLVERS[name](), ORIGINAL, MASK, clean_end=clean), noise, levels, context()))
        for clean in (True, False)
    ]
    for clean, plain in zip(runs[0][:-1], runs[1][:-1], strict=True):
        assert torch.equal(clean.x, plain.x)
    clean, plain = runs[0][-1], runs[1][-1]
    assert torch.equal(known(clean.x), known(original(4)))
    torch.testing.assert_close(known(plain.x), known(place(original(4), noise.x, plain.s)), rtol=0, atol=1e-12)
    stays = MASK.pixels.permute(0, 3, 1, 2)[torch.arange(4) % 2] == 0
    assert torch.equal(clean.x[~stays], plain.x[~stays])


def test_restarts_around_it_resample_with_fresh_noise_and_keep_the_known_part() -> None:
    model = exact.Exact()
    inner = inpaint(heun(), ORIGINAL, MASK)
    plain = solve(model, inner, exact.noise(4), GRID, context())
    again = restart(inner, restarts=2, s_min=0.5, s_max=2.0)
    states = list(drive(model, again, exact.noise(4), GRID, context()))
    assert torch.equal(known(states[-1].x), known(original(4)))
    assert not torch.equal(states[-1].x, plain.x)
    eps = states[-2].past["inpaint/eps"]
    torch.testing.assert_close(known(states[-2].x), known(place(original(4), eps, states[-2].s)), rtol=0, atol=1e-9)
    assert not torch.allclose(known(eps), known(exact.noise(4).x), atol=0.1), "the noise is another one by then"


def test_a_state_that_another_solver_made_is_taken_up() -> None:
    states = list(drive(exact.Exact(), heun(), exact.noise(4), GRID, context()))
    ended = solve(exact.Exact(), inpaint(heun(), ORIGINAL, MASK), Halfway(2, states[2]), GRID, context())
    assert torch.equal(known(ended.x), known(original(4)))


def test_the_law_of_a_step_is_a_point_where_the_picture_is_known() -> None:
    solver = inpaint(ancestral(), ORIGINAL, MASK)
    states = list(drive(exact.Exact(), solver, exact.noise(4), GRID, context()))
    to = torch.full((4,), 1.0, dtype=torch.float64)
    with torch.no_grad():
        kernel = solver.kernel(exact.Exact(), states[2], to, context())
        inner = ancestral().kernel(exact.Exact(), states[2], to, context())
    assert isinstance(kernel, PaintedKernel)
    assert isinstance(inner, GaussianKernel)
    assert torch.equal(kernel.std != 0, MASK.pixels.permute(0, 3, 1, 2)[torch.arange(4) % 2] != 0)
    drawn = kernel.sample(context())
    anew = kernel.std != 0
    std = beside(inner.std, inner.mean)
    logs = -0.5 * ((drawn - inner.mean) / std).square() - torch.log(std * math.sqrt(2 * math.pi))
    expected = torch.where(anew, logs, 0.0).flatten(1).sum(1)
    torch.testing.assert_close(kernel.log_prob(drawn), expected, rtol=1e-12, atol=1e-12)


def test_what_is_known_guides_what_is_painted() -> None:
    """Pixels that are all alike: a model that knows it sees from the known half what the other one has to be."""
    space = Space("pixels", (1, 2, 2))
    noise = replace(pure_noise(64, (1, 2, 2)), space=space)
    bright = Sample(
        torch.full((1, 1, 2, 2), 0.9).double(), torch.zeros(1).double(), space, noise.rows.take(torch.tensor([0]))
    )
    left = Image(torch.tensor([[[[0], [255]], [[0], [255]]]], dtype=torch.uint8))
    many = explicit(sigmas=(math.inf, *torch.logspace(1, -2, 30, dtype=torch.float64).tolist(), 0.0))
    painted = solve(Flat(space), inpaint(euler(), bright, left), noise, many, context()).x
    assert float(painted[..., 1].mean()) > 0.3
    free = solve(Flat(space), euler(), noise, many, context()).x
    assert abs(float(free[..., 1].mean())) < 0.3


class Flat(exact.Exact):
    """Pictures of one brightness, N(0, 1): E[x0 | y] is the mean of y, shrunk."""

    def __init__(self, space: Space) -> None:
        super().__init__()
        self.space = space

    def answer(self, x: Tensor, s: Tensor, mean: Tensor) -> Tensor:
        """mean(y)/(1 + s²/n)."""
        level = beside(s, x)
        square = torch.where(torch.isinf(level), 0.0, level) ** 2
        y = x * torch.sqrt(1 + square)
        level_mean = y.flatten(1).mean(1).reshape(-1, 1, 1, 1) / (1 + square / 4)
        return torch.where(torch.isinf(level), 0.0, level_mean).expand_as(x)


def test_places_that_stay_at_their_level_stay_as_they_are() -> None:
    s = torch.ones(3, 1, 1, 4, 4, dtype=torch.float64)
    s[1, ..., :2] = 0.5
    s[2] = 0.0
    start = noised(ORIGINAL, Levels(s))
    states = list(drive(exact.Exact(), inpaint(euler(), ORIGINAL, MASK), start, Levels(s), context()))
    assert torch.equal(states[1].x[..., 2:], start.x[..., 2:])
    assert torch.equal(known(states[2].x), known(ORIGINAL.x))


@pytest.mark.parametrize(
    ("told", "make"),
    [
        ("no clean points", lambda: inpaint(euler(), exact.noise(2), MASK)),
        ("places to paint", lambda: inpaint(euler(), exact.plane(), MASK)),
        ("tokens have no places", lambda: inpaint(unmask(), ORIGINAL, MASK)),
        ("another shape", lambda: inpaint(euler(), ORIGINAL, Image(MASK.pixels[:, :, :3].contiguous()))),
        ("another shape", lambda: inpaint(euler(), ORIGINAL, Image(MASK.pixels[:, ::2, ::2].contiguous()))),
        ("another shape", lambda: inpaint(euler(), ORIGINAL, Image(torch.zeros(1, 8, 4, 1, dtype=torch.uint8)))),
        ("pure noise", lambda: inpaint(euler(), ORIGINAL, MASK, ORIGINAL)),
        ("pure noise", lambda: inpaint(euler(), ORIGINAL, MASK, pure_noise(2))),
    ],
)
def test_what_does_not_belong_together_is_told(told: str, make: Callable[[], Solver]) -> None:
    with pytest.raises(InputError, match=told):
        make()


def test_an_original_of_another_space_is_told_when_it_starts() -> None:
    solver = inpaint(euler(), ORIGINAL, MASK)
    assert isinstance(solver, Inpaint)
    for space in (Space("pixels", (3, 4, 4)), Space("latents", (1, 4, 4), codec="somebody's")):
        with pytest.raises(InputError, match="another space"):
            solver.start(exact.noise(2, space), GRID, context())


def test_a_law_that_is_not_normal_is_told() -> None:
    solver = inpaint(reflected(ancestral()), ORIGINAL, MASK)
    with pytest.raises(InputError, match="not normal"):
        solve(exact.Exact(), solver, exact.noise(2), GRID, context())
