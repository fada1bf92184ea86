"""What each operator sees, and what it refuses; the laws that all share are in test_operators."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.media import Image
from nodes.contracts.operator import Operator
from nodes.contracts.rows import Rows
from nodes.measurement.blur import blur
from nodes.measurement.clip import clip
from nodes.measurement.colorization import colorization
from nodes.measurement.compressed_sensing import compressed_sensing, walsh_hadamard
from nodes.measurement.decoded import decoded
from nodes.measurement.fourier_mask import fourier_mask
from nodes.measurement.low_pass import low_pass
from nodes.measurement.mask import mask
from nodes.measurement.measure import measure, poisson
from nodes.measurement.phase_retrieval import phase_retrieval
from nodes.measurement.quantize import quantize
from nodes.measurement.stack import stack
from nodes.measurement.super_resolution import super_resolution
from tests.laws.stand_ins import Doubling
from tests.nodes.measurement.toys import clean
from tests.oracles import Oracle

SQUARE = clean(2, (3, 8, 8))
ROWS = SQUARE.rows


def largest(difference: Tensor) -> float:
    """The largest number of all."""
    return float(difference.detach().abs().max())


def round_trip(operator: Operator, x: Tensor) -> float:
    """|A A⁺ A x − A x|."""
    seen = operator.apply(x, ROWS)
    return largest(operator.apply(operator.pinv(seen, ROWS), ROWS) - seen)


def test_every_operator_explains_what_it_saw(oracle: Oracle) -> None:
    made = {
        "mask": mask(SQUARE, hidden="random"),
        "super_resolution": super_resolution(SQUARE, factor=4),
        "blur": blur(SQUARE),
        "colorization": colorization(SQUARE),
        "compressed_sensing": compressed_sensing(SQUARE),
        "fourier_mask": fourier_mask(SQUARE),
        "low_pass": low_pass(SQUARE),
        "stack": stack((mask(SQUARE), super_resolution(SQUARE)), SQUARE),
    }
    for name, operator in made.items():
        oracle(f"measurement.{name}", "A A⁺ A = A", round_trip(operator, SQUARE.x), 1e-9)


def test_a_constant_is_seen_as_itself() -> None:
    even = torch.full_like(SQUARE.x, 0.7)
    for operator in (super_resolution(SQUARE), blur(SQUARE), low_pass(SQUARE, cutoff=0), colorization(SQUARE)):
        assert largest(operator.apply(even, ROWS) - 0.7) < 1e-12
    ladder = torch.arange(64.0).double().reshape(1, 1, 8, 8).expand(2, 3, 8, 8)
    assert super_resolution(SQUARE).apply(ladder, ROWS)[0, 0, 0].tolist() == [4.5, 6.5, 8.5, 10.5]


def test_a_kernel_of_one_pixel_changes_nothing_and_one_beside_the_middle_moves() -> None:
    assert largest(blur(SQUARE, kernel_size=1).apply(SQUARE.x, ROWS) - SQUARE.x) < 1e-13
    pixels = torch.zeros(1, 3, 3, 1, dtype=torch.uint8)
    pixels[0, 1, 2] = 7
    moved = blur(SQUARE, Image(pixels)).apply(SQUARE.x, ROWS)
    assert largest(moved - SQUARE.x.roll(1, 3)) < 1e-13


def test_motion_along_a_line_is_the_mean_of_its_pixels() -> None:
    x = SQUARE.x
    seen = blur(SQUARE, shape="motion", kernel_size=3).apply(x, ROWS)
    assert largest(seen - (x + x.roll(1, 3) + x.roll(-1, 3)) / 3) < 1e-13
    down = blur(SQUARE, shape="motion", kernel_size=3, angle=90).apply(x, ROWS)
    assert largest(down - (x + x.roll(1, 2) + x.roll(-1, 2)) / 3) < 1e-13


def test_random_sums_are_orthonormal_and_the_seeds_own() -> None:
    small = clean(2, (1, 4, 4))
    eye = torch.eye(16, dtype=torch.float64).reshape(16, 1, 4, 4)
    rows = Rows.first(0, 16)
    for operator in (compressed_sensing(small, ensemble="hadamard"), compressed_sensing(small)):
        matrix = operator.apply(eye, rows).T
        assert matrix.shape == (4, 16)
        assert largest(matrix @ matrix.T - torch.eye(4)) < 1e-12
        assert largest(operator.adjoint(torch.eye(4).double(), Rows.first(0, 4)).flatten(1) - matrix) < 1e-12
    assert compressed_sensing(small, seed=1).digest != compressed_sensing(small).digest
    table = walsh_hadamard(torch.eye(4, dtype=torch.float64)) * 2
    expected = [[1.0, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    assert largest(table - torch.tensor(expected, dtype=torch.float64)) < 1e-12


def test_measured_frequencies_come_with_their_opposites() -> None:
    operator = fourier_mask(SQUARE, fraction=0.3, pattern="points")
    seen = torch.view_as_complex(operator.apply(SQUARE.x, ROWS))
    kept = seen.abs()[0, 0] > 0
    assert bool(kept[0, 0])
    assert torch.equal(kept, kept.flip((0, 1)).roll((1, 1), (0, 1)))
    assert 0 < int(kept.sum()) < 64
    everything = fourier_mask(SQUARE, fraction=1)
    assert largest(everything.pinv(everything.apply(SQUARE.x, ROWS), ROWS) - SQUARE.x) < 1e-12


def test_magnitudes_do_not_see_a_reflection_through_a_point(oracle: Oracle) -> None:
    operator = phase_retrieval(SQUARE)
    seen = operator.apply(SQUARE.x, ROWS)
    assert seen.shape == (2, 3, 12, 12)
    oracle(
        "measurement.phase_retrieval",
        "x and its reflection look alike",
        largest(operator.apply(SQUARE.x.flip((2, 3)), ROWS) - seen),
        1e-12,
    )
    padded = torch.nn.functional.pad((SQUARE.x + 1) / 2, (2, 2, 2, 2))
    assert math.isclose(float(seen.square().sum()), float(padded.square().sum()), rel_tol=1e-12)


def test_clipped_and_quantized_numbers(oracle: Oracle) -> None:
    x = torch.tensor([[-0.9, -0.2, 0.0, 0.3, 2.0]], dtype=torch.float64, requires_grad=True)
    rows = Rows.first(0, 1)
    clipped, quantized = clip().apply(x, rows), quantize(count=3).apply(x, rows)
    expected = torch.tensor([[[-1.0, -0.4, 0.0, 0.6, 1.0]], [[-1.0, 0.0, 0.0, 0.0, 1.0]]], dtype=torch.float64)
    oracle("measurement.clip", "numbers by hand", largest(clipped - expected[0]), 1e-15)
    oracle("measurement.quantize", "numbers by hand", largest(quantized - expected[1]), 1e-15)
    (slope,) = torch.autograd.grad(quantized.sum(), x)
    assert slope.tolist() == [[1.0, 1.0, 1.0, 1.0, 0.0]]
    assert not quantize(count=3, straight_through=False).apply(x, rows).requires_grad


def test_a_stack_sees_all_its_parts_by_their_weights() -> None:
    parts = (super_resolution(SQUARE), phase_retrieval(SQUARE))
    seen = stack(parts, SQUARE, weights=(2.0, 1.0)).apply(SQUARE.x, ROWS)
    both = [2 * parts[0].apply(SQUARE.x, ROWS).flatten(1), parts[1].apply(SQUARE.x, ROWS).flatten(1)]
    assert torch.equal(seen, torch.cat(both, 1))
    assert "linear" not in stack(parts, SQUARE).abilities
    with pytest.raises(InputError, match="do not fit"):
        stack(parts, SQUARE, weights=(1.0,))


def test_an_operator_on_latents_sees_what_they_decode_to(oracle: Oracle) -> None:
    codec = Doubling()
    space = replace(SQUARE.space, name="latents", codec=codec.name)
    latents = replace(SQUARE, x=2 * SQUARE.x, space=space)
    inner = super_resolution(SQUARE)
    operator = decoded(inner, codec, latents)
    apart = largest(operator.apply(latents.x, ROWS) - inner.apply(SQUARE.x, ROWS))
    oracle("measurement.decoded", "what is seen of the picture that latents decode to", apart, 0.0)
    with pytest.raises(InputError, match="latents"):
        decoded(inner, codec, SQUARE)


def test_poisson_counts_have_the_mean_and_variance_of_their_rate(oracle: Oracle) -> None:
    uniforms = (torch.arange(40000, dtype=torch.float64) + 0.5) / 40000
    for rate in (0.3, 4.0, 200.0):
        counts = poisson(torch.full((40000,), rate, dtype=torch.float64), uniforms)
        assert abs(float(counts.mean()) / rate - 1) < 1e-3
        oracle("measurement.measure", "the variance of counts is their rate", abs(float(counts.var()) / rate - 1), 3e-3)


def test_light_is_counted_by_the_seed_and_its_deviation_is_told() -> None:
    measured = measure(SQUARE, low_pass(SQUARE), noise="poisson", peak=20, seed=4)
    counts = (measured.y + 1) / 2 * 20
    assert largest(counts - counts.round()) < 1e-9
    assert math.isclose(measured.sigma, 2 / 20 * math.sqrt(float(counts.mean())), rel_tol=1e-9)
    again = measure(SQUARE.take(torch.tensor([0])), low_pass(SQUARE), noise="poisson", peak=20, seed=4)
    assert torch.equal(again.y, measured.y[:1])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="blocks"):
        super_resolution(SQUARE, factor=3)
    with pytest.raises(InputError, match="kernel does not fit"):
        blur(SQUARE, kernel_size=9)
    with pytest.raises(InputError, match="channels"):
        colorization(clean(1, (1, 4, 4)), grey="luma")
    with pytest.raises(InputError, match="no such sums"):
        compressed_sensing(clean(1, (3, 4, 4)), ensemble="hadamard")
    with pytest.raises(InputError, match="picture"):
        low_pass(clean(1, (7,)))
