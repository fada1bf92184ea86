"""Compression by the names of noises: the way back is bitwise, and as long as the formula says."""

from __future__ import annotations

import math
from base64 import b64decode
from dataclasses import replace

import pytest
import torch

from graphs import InputError, RunContext
from graphs.running.context import Meter
from nodes.codec.codebooks import Codebooks, chosen, mixed, named
from nodes.codec.ddcm_decode import ddcm_decode
from nodes.codec.ddcm_encode import ddcm_encode
from nodes.contracts.driving import solve
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.contracts.table import Table
from nodes.levels.karras import karras
from nodes.solver.ancestral import ancestral
from nodes.solver.heun import heun
from tests.nodes.gaussian import Gaussian, context, pure_noise
from tests.nodes.inversion.curved import Curved, result
from tests.nodes.loops import told_by
from tests.oracles import Oracle

STEPS = 20
LEVELS = karras(num_inference_steps=STEPS, sigma_min=0.05, sigma_max=20.0)


def clean(count: int = 3) -> Sample:
    """Points to compress."""
    noise = pure_noise(count, (16,))
    return replace(noise, x=0.7 * noise.x, s=torch.zeros(count, dtype=torch.float64))


def encoded(sample: Sample, model: Model, size: int = 16, atoms: int = 1, bits: int = 3) -> Table:
    """Its codes."""
    run = RunContext(Meter())
    steps = ddcm_encode(
        sample, model, ancestral(), LEVELS, codebook_size=size, atoms=atoms, share_bits=bits, seed=4, run=run
    )
    return result(steps)


def decoded(codes: Table, model: Model, size: int = 16, atoms: int = 1, bits: int = 3) -> Sample:
    """The points of some codes."""
    run = RunContext(Meter())
    steps = ddcm_decode(
        codes, model, ancestral(), LEVELS, codebook_size=size, atoms=atoms, share_bits=bits, seed=4, run=run
    )
    return result(steps)


def rows_of(codes: Table) -> list[bytes]:
    """The bytes of each row."""
    return [b64decode(str(entry)) for entry in dict(codes.columns)["code"]]


@pytest.mark.parametrize(("atoms", "bits"), [(1, 3), (3, 2)])
def test_decoding_is_what_the_encoder_saw_bitwise(atoms: int, bits: int, oracle: Oracle) -> None:
    model = Curved(event=(16,))
    run = RunContext(Meter())
    steps = ddcm_encode(
        clean(), model, ancestral(), LEVELS, codebook_size=16, atoms=atoms, share_bits=bits, seed=4, run=run
    )
    codes, told = told_by(steps)
    seen = [event.value for event in told if hasattr(event, "value")][-1]
    assert isinstance(seen, Sample)
    found = decoded(codes, model, atoms=atoms, bits=bits)
    oracle("codec.ddcm_decode", f"what the encoder saw, bitwise ({atoms} atoms)", float((found.x != seen.x).sum()), 0)


def test_a_row_has_the_same_codes_and_points_in_every_batch(oracle: Oracle) -> None:
    model = Gaussian(event=(16,))
    three, one = encoded(clean(3), model), encoded(clean(1), model)
    assert rows_of(three)[:1] == rows_of(one)
    changed = float((decoded(three, model).x[:1] != decoded(one, model).x).sum())
    oracle("codec.ddcm_decode", "a row of a batch is the row alone, bitwise", changed, 0)


@pytest.mark.parametrize(("size", "atoms", "bits"), [(1, 1, 3), (2, 1, 3), (256, 1, 3), (64, 4, 3)])
def test_the_codes_are_as_long_as_the_formula_says(size: int, atoms: int, bits: int, oracle: Oracle) -> None:
    """(M log2 K + C (M − 1)) bits for each step that draws, all but the last, in whole bytes."""
    codes = encoded(clean(), Gaussian(event=(16,)), size, atoms, bits)
    wanted = math.ceil((STEPS - 1) * (atoms * math.log2(size) + bits * (atoms - 1)) / 8)
    apart = max(abs(len(content) - wanted) for content in rows_of(codes))
    oracle("codec.ddcm_encode", f"bytes less those of the formula (K = {size}, M = {atoms})", apart, 0)
    assert set(dict(codes.columns)["bytes"]) == {float(wanted)}
    assert set(dict(codes.columns)["bits_per_number"]) == {8 * wanted / 16}


def test_larger_codebooks_and_more_atoms_come_nearer(oracle: Oracle) -> None:
    model, sample, errors = Gaussian(event=(16,)), clean(12), []
    for size, atoms in ((1, 1), (16, 1), (1024, 1), (1024, 3)):
        found = decoded(encoded(sample, model, size, atoms), model, size, atoms).x
        errors.append(float((found - sample.x).square().mean()))
    assert errors == sorted(errors, reverse=True)
    oracle(
        "codec.ddcm_encode", "the mean square error of K = 1024, a share of that of K = 1", errors[2] / errors[0], 0.4
    )


def test_one_vector_a_step_is_the_solver_with_that_noise() -> None:
    """With K = 1 nothing is told: every row is the one sample of the codebooks' noise."""
    model = Gaussian(event=(16,))
    found = decoded(encoded(clean(), model, 1), model, 1)
    assert rows_of(encoded(clean(), model, 1)) == [b""] * 3
    assert torch.equal(found.x[0], found.x[2])


def test_atoms_are_chosen_as_by_trying_all() -> None:
    books = Codebooks(3, 8, 2, 2)
    book, shares = books.at(0, 5), books.shares()
    assert shares.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    wanted = torch.randn(4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = chosen(book, shares, 2, wanted)
    for row in range(4):
        first = int((book @ wanted[row]).argmax())
        tries = {
            (k, g): float(mixed(book[first][None], book[k][None], shares[g][None])[0] @ wanted[row])
            for k in range(8)
            for g in range(3)
        }
        index, *second = found.codes[row].tolist()
        assert index == first
        assert tries[second[0], second[1]] == pytest.approx(max(tries.values()))
    assert torch.equal(found.noise, named(book, shares, found.codes))


def test_what_cannot_be_coded_is_refused() -> None:
    model, codes = Gaussian(event=(16,)), encoded(clean(), Gaussian(event=(16,)))
    run = RunContext(Meter())
    with pytest.raises(InputError, match="no power of two"):
        encoded(clean(), model, 12)
    with pytest.raises(InputError, match="no clean points"):
        encoded(solve(model, heun(), pure_noise(1, (16,)), type(LEVELS)(LEVELS.s[:5]), context()), model)
    with pytest.raises(InputError, match="no noise of this solver"):
        result(ddcm_encode(clean(), model, heun(), LEVELS, run=run))
    with pytest.raises(InputError, match="another shape"):
        encoded(replace(clean(), space=Space("plane", (4, 4))), model)
    for size, atoms in ((1024, 1), (4, 1)):
        with pytest.raises(InputError, match="other settings"):
            decoded(codes, model, size, atoms)
    with pytest.raises(InputError, match="no codes"):
        decoded(Table((("value", (1.0,)),)), model)
