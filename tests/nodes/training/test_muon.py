"""Muon's step has the direction of U Vᵀ and the length it promises."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from nodes.training.muon import ROOT_MEAN_SQUARE, Muon, hidden, orthogonalised
from nodes.training.state import restore, save
from tests.nodes.training.toys import RECIPE, trainer

MUON = RECIPE.model_copy(update={"matrix_rate": 2.0})


@pytest.mark.parametrize("shape", [(12, 30), (30, 12), (16, 16)])
def test_a_matrix_becomes_nearly_orthogonal_along_its_own_directions(shape: tuple[int, int]) -> None:
    matrix = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    made = left.T @ orthogonalised(matrix) @ right.T
    singular = made.diagonal()
    assert float((made - singular.diag()).abs().max()) < 1e-10
    assert float(singular.min()) > 0.6
    assert float(singular.max()) < 1.3


def test_a_scaled_gradient_gives_the_same_step() -> None:
    matrix = torch.randn(5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(orthogonalised(1e-6 * matrix), orthogonalised(matrix), atol=1e-12)


def test_no_gradient_gives_no_step() -> None:
    assert torch.equal(orthogonalised(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_the_entries_of_a_step_are_as_large_as_those_of_adamw() -> None:
    weight = nn.Parameter(torch.zeros(64, 32, 3, 3))
    weight.grad = torch.randn(weight.shape, generator=torch.Generator().manual_seed(2))
    Muon([weight], weight_decay=0.0).step(0.01)
    assert float(weight.detach().square().mean().sqrt()) == pytest.approx(0.01 * ROOT_MEAN_SQUARE, rel=0.2)


def test_without_a_gradient_weights_only_decay_where_there_is_one() -> None:
    still, decaying = nn.Parameter(torch.ones(2, 2)), nn.Parameter(torch.ones(2, 2))
    decaying.grad = torch.zeros(2, 2)
    Muon([still, decaying], weight_decay=0.5).step(0.1)
    assert torch.equal(still.detach(), torch.ones(2, 2))
    assert torch.allclose(decaying.detach(), torch.full((2, 2), 0.95))


def test_hidden_layers_are_those_with_a_matrix_that_are_not_set_apart() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.GroupNorm(1, 2), nn.Conv2d(2, 2, 1), nn.Linear(3, 3))
    assert hidden(network, apart=(network[0],)) == [network[2].weight, network[3].weight]


def test_a_training_by_muon_goes_on_bitwise(tmp_path: Path) -> None:
    whole, first, second = trainer(MUON), trainer(MUON), trainer(MUON)
    losses = [whole.advance() for _ in range(4)]
    begun = [first.advance() for _ in range(2)]
    save(first, tmp_path / "training.safetensors")
    restore(second, tmp_path / "training.safetensors")
    assert begun + [second.advance() for _ in range(2)] == losses
