"""How long the next step is, by the error of the last: each row for itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Controller:
    """A proportional–integral controller (Hairer, Nørsett & Wanner 1993, section II.4; Hairer & Wanner 1996, IV.2).

    A step of length h and error E (1 is what is allowed) is followed by one of h · safety · E^(−(1/order − ¾ beta)) ·
    E_before^beta; beta = 0 looks at the last error alone. The factor stays between `least` and `most`, and below 1
    after a rejected step where `careful`.
    """

    order: float
    safety: float = 0.9
    beta: float = 0.0
    least: float = 0.2
    most: float = 10.0
    careful: bool = True

    def factor(self, error: Tensor, before: Tensor, rejected: Tensor) -> Tensor:
        """By how much the step's length changes, [B]: `before` is the error of the last accepted step.

        `rejected` tells rows whose last trial was. An error that is no number shrinks the step most.
        """
        known = torch.nan_to_num(error, nan=torch.inf)
        power = known.pow(-(1 / self.order - 0.75 * self.beta)) * before.pow(self.beta)
        found = (self.safety * power).clamp(self.least, self.most)
        held = (known > 1) | (rejected if self.careful else torch.zeros_like(rejected))
        return torch.where(held, found.clamp(max=1.0), found)
