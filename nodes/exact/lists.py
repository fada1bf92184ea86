"""Means and covariances from the flat lists of numbers that a person types."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError

Numbers = tuple[float, ...]


def means_of(numbers: Numbers, size: int) -> Tensor:
    """[K, size] from K·size numbers, row after row; one number serves all coordinates of one component."""
    if len(numbers) == 1:
        return torch.full((1, size), numbers[0], dtype=torch.float64)
    if not numbers or len(numbers) % size:
        raise InputError(
            "the means do not fill their rows",
            given=f"{len(numbers)} numbers for points of {size}",
            allowed=f"one number, or a multiple of {size}",
            mend="write the mean of one component after the other, each with all its coordinates",
        )
    return torch.tensor(numbers, dtype=torch.float64).reshape(-1, size)


def covariances_of(std: Numbers, covariance: Numbers, count: int, size: int) -> Tensor:
    """[count, size, size] from full matrices, row after row, where any are given; or [count, size] from deviations.

    `covariance` has size² numbers, for all, or for each component; `std` one, size, or count·size.
    """
    if covariance:
        if len(covariance) not in (size**2, count * size**2):
            raise _wrong("covariance", len(covariance), (size**2, count * size**2))
        matrices = torch.tensor(covariance, dtype=torch.float64).reshape(-1, size, size)
        if not torch.equal(matrices, matrices.mT):
            raise InputError(
                "a covariance is not symmetric",
                given=str(list(covariance)),
                allowed="a symmetric matrix",
                mend="write each number across the diagonal twice",
            )
        return matrices.expand(count, size, size)
    if len(std) not in (1, size, count * size):
        raise _wrong("std", len(std), (1, size, count * size))
    if min(std) < 0:
        raise InputError(
            "a standard deviation is negative",
            where="std",
            given=f"{min(std):g}",
            allowed="numbers above 0",
            mend="leave out the sign",
        )
    deviations = torch.tensor(std, dtype=torch.float64).reshape(-1, 1 if len(std) == 1 else size)
    return deviations.square().expand(count, size)


def weights_of(numbers: Numbers, count: int) -> Tensor:
    """One weight for each of `count` components; equal ones where none are given."""
    if len(numbers) not in (0, count):
        raise _wrong("weights", len(numbers), (0, count))
    return torch.tensor(numbers, dtype=torch.float64) if numbers else torch.ones(count, dtype=torch.float64)


def _wrong(name: str, given: int, allowed: tuple[int, ...]) -> InputError:
    counts = " or ".join(map(str, dict.fromkeys(allowed)))
    return InputError(f"`{name}` has the wrong number of numbers", given=str(given), allowed=counts)
