"""Muon: steps for matrices whose singular values are all made alike."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
"""What is kept of the mean gradient at each step."""

ITERATIONS, CUBIC = 5, (3.4445, -4.7750, 2.0315)
"""Of X ← aX + b(XXᵀ)X + c(XXᵀ)²X: five take singular values from 0.001 to 1 into about 0.7 to 1.2."""

ROOT_MEAN_SQUARE = 0.2
"""Of a step's entries at a learning rate of 1, as AdamW's have it."""


class Muon:
    """Steps along the orthogonalised mean gradient (Jordan et al. 2024, "Muon: An optimizer for hidden layers in
    neural networks"), as long as those of AdamW (Liu et al. 2025, arXiv:2502.16982, section 2.2).

    A weight of a convolution is the matrix of its outputs by all that each is made of. Where an optimiser by entries
    follows the few directions that most gradients share, this one takes as long a step in the rare ones: those of a
    word that is seen in few pictures. A step costs ten or fifteen products of such matrices.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], weight_decay: float) -> None:
        self.momentum = {parameter: torch.zeros_like(parameter) for parameter in parameters}
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Change the parameters that have a gradient."""
        for parameter, mean in self.momentum.items():
            if parameter.grad is None:
                continue
            mean.lerp_(parameter.grad, 1 - MOMENTUM)
            along = parameter.grad.lerp(mean, MOMENTUM).flatten(1)
            length = learning_rate * ROOT_MEAN_SQUARE * math.sqrt(max(along.shape))
            parameter.mul_(1 - learning_rate * self.weight_decay)
            parameter.sub_(length * orthogonalised(along).reshape(parameter.shape))


def orthogonalised(matrix: Tensor) -> Tensor:
    """Nearly U Vᵀ of a matrix U S Vᵀ [M, N], by products alone; zero where the matrix is."""
    wide: Tensor = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    wide = wide / wide.norm().clamp(min=torch.finfo(matrix.dtype).tiny)
    linear, cubic, quintic = CUBIC
    for _ in range(ITERATIONS):
        square = wide @ wide.T
        wide = linear * wide + (cubic * square + quintic * square @ square) @ wide
    return wide.T if matrix.shape[0] > matrix.shape[1] else wide


def hidden(network: nn.Module, apart: Iterable[nn.Module] = ()) -> list[nn.Parameter]:
    """The weights of the linear and convolutional layers, but for those that read or write what lies outside."""
    outside = set(apart)
    layers = (module for module in network.modules() if isinstance(module, nn.Linear | nn.Conv2d))
    weights = (layer.weight for layer in layers if layer not in outside)
    return [weight for weight in weights if isinstance(weight, nn.Parameter)]
