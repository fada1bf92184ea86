"""What networks predict, as x0: ε, x0, v, flow velocity, score, F of EDM and D of α-blending, in one place.

All take a point of the process itself, x_t = α x0 + σ ε, and the coefficients at its level, [B] float64 on the CPU.
Where α → 0, x0 from ε loses all digits, as ε from x0 does where σ → 0; v and the velocity are good at both ends.
Sources: Salimans & Ho 2022 (arXiv:2202.00512) for v, Karras et al. 2022 (arXiv:2206.00364, equation 7) for F, Lipman
et al. 2022 (arXiv:2210.02747) for the velocity, Heitz et al. 2023 (arXiv:2305.03486) for D.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

import torch
from torch import Tensor

from graphs.errors import InputError
from nodes.contracts.levels import alpha_sigma, beside, factor
from nodes.contracts.process import Process

Target: TypeAlias = Literal["epsilon", "sample", "v_prediction", "velocity", "score", "edm", "iadb"]
"""What a network was trained to predict."""


class Coefficients(NamedTuple):
    """α, σ and their rates α', σ' at a level, float64, each in the shape of s."""

    alpha: Tensor
    sigma: Tensor
    alpha_rate: Tensor
    sigma_rate: Tensor

    @staticmethod
    def of(process: Process, s: Tensor) -> Coefficients:
        """Those of a process at levels s, which lie within its ends."""
        alpha, rates = process.alpha(s), process.rates(process.time(s))
        _, unit = alpha_sigma(s)
        sigma = torch.where(torch.isinf(s), unit, s * alpha)
        return Coefficients(alpha, sigma, rates.alpha, rates.sigma)


def x0_from(target: Target, x: Tensor, output: Tensor, at: Coefficients, sigma_data: float = 0.5) -> Tensor:
    """The x0 that a network's output means for the point x of its process.

    "epsilon" ε; "sample" x0; "v_prediction" α ε − σ x0; "velocity" α' x0 + σ' ε (flow matching: ε − x0); "score"
    ∇ log p = −ε/σ; "edm" F with x0 = c_skip y + c_out F for y = x/α and data of standard deviation `sigma_data`;
    "iadb" D = x0 − ε, data less noise, of iterative α-(de)blending: on process.flow x0 = x + t D.
    """
    alpha, sigma, alpha_rate, sigma_rate = at
    match target:
        case "epsilon":
            return (x - factor(sigma, x) * output) / factor(alpha, x)
        case "sample":
            return output
        case "v_prediction":
            power = alpha.square() + sigma.square()
            return factor(alpha / power, x) * x - factor(sigma / power, x) * output
        case "velocity":
            turn = alpha * sigma_rate - alpha_rate * sigma
            return factor(sigma_rate / turn, x) * x - factor(sigma / turn, x) * output
        case "score":
            return (x + factor(sigma.square(), x) * output) / factor(alpha, x)
        case "edm":
            skip, out = _edm(at, sigma_data)
            return factor(skip, x) * x + factor(out, x) * output
        case "iadb":
            whole = alpha + sigma
            return factor(1 / whole, x) * x + factor(sigma / whole, x) * output
    raise unknown(target)


def target_from(target: Target, x: Tensor, x0: Tensor, at: Coefficients, sigma_data: float = 0.5) -> Tensor:
    """What a network of that target would have to give at x for its answer to mean x0: the way back."""
    alpha, sigma, alpha_rate, sigma_rate = at
    eps = (x - factor(alpha, x) * x0) / factor(sigma, x)
    match target:
        case "epsilon":
            return eps
        case "sample":
            return x0
        case "v_prediction":
            return factor(alpha, x) * eps - factor(sigma, x) * x0
        case "velocity":
            return factor(alpha_rate, x) * x0 + factor(sigma_rate, x) * eps
        case "score":
            return -eps / factor(sigma, x)
        case "edm":
            skip, out = _edm(at, sigma_data)
            return (x0 - factor(skip, x) * x) / factor(out, x)
        case "iadb":
            return x0 - eps
    raise unknown(target)


def score_of(x: Tensor, x0: Tensor, s: Tensor) -> Tensor:
    """∇ log p at a point x of our own coordinate at level s > 0: (α x0 − x)/σ² with α² + σ² = 1."""
    alpha, sigma = alpha_sigma(s)
    return (factor(alpha, x) * x0 - x) / factor(sigma.square(), x)


def x0_shift(score: Tensor, s: Tensor) -> Tensor:
    """How far x0 moves where the score at (x, s) changes by `score`: σ²/α of it (Tweedie's formula)."""
    alpha, sigma = alpha_sigma(s)
    return beside((sigma.square() / alpha).to(score.dtype), score) * score


def unknown(target: str) -> InputError:
    """There is no such target."""
    return InputError("a network predicts something unknown", given=target, allowed=", ".join(get_args(Target)))


def _edm(at: Coefficients, sigma_data: float) -> tuple[Tensor, Tensor]:
    """c_skip/α and c_out, to be applied to x = α y."""
    alpha, sigma = at.alpha, at.sigma
    power = sigma.square() + (alpha * sigma_data).square()
    return sigma_data**2 * alpha / power, sigma * sigma_data / torch.sqrt(power)
