"""DEIS in λ on its last step, to the data, where λ has no end."""

from __future__ import annotations

import torch

from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.solver.deis import deis
from tests.nodes.exact_mixture import Mixture, posterior_mean
from tests.nodes.gaussian import context
from tests.nodes.solver.measuring import BOTTOM, begin, even_in_log, exact
from tests.nodes.solver.twins.stepping import eps_at, states_of


def test_the_step_to_the_data_integrates_the_line_through_the_last_two_answers_over_s() -> None:
    """y' = y − s ε + s²/2 (ε − ε_before)/(s − s_before)."""
    *_, earlier, before, last = states_of(deis(order=2))
    s, s_before = before.s[:, None], earlier.s[:, None]
    eps, eps_before = eps_at(before, last), eps_at(earlier, before)
    y = before.x * torch.sqrt(1 + s * s)
    torch.testing.assert_close(last.x, y - s * eps + s * s / 2 * (eps - eps_before) / (s - s_before))


def test_the_step_to_the_data_is_nearer_than_the_last_answer() -> None:
    """From the lowest level of a fine grid; the last answer x0 is what a step of order 1 would end with."""
    levels = even_in_log(40)
    to_data = Levels(torch.cat([levels.s, levels.s.new_zeros(1)]))
    y = exact() * (1 + BOTTOM * BOTTOM) ** 0.5
    end = flow_to_data(y)
    reached = solve(Mixture(), deis(order=4), begin(), to_data, context()).x
    last_answer = posterior_mean(y, torch.full((len(y),), BOTTOM, dtype=torch.float64))
    assert float((reached - end).norm()) < 0.1 * float((last_answer - end).norm())


def flow_to_data(y: torch.Tensor, steps: int = 400) -> torch.Tensor:
    """Along the exact flow from the lowest level to 0, by the middle of each of even steps in s."""
    h = BOTTOM / steps

    def eps(at: torch.Tensor, s: float) -> torch.Tensor:
        return (at - posterior_mean(at, torch.full((len(at),), s, dtype=torch.float64))) / s

    for number in range(steps):
        s = BOTTOM - number * h
        y = y - h * eps(y - h / 2 * eps(y, s), s - h / 2)
    return y
