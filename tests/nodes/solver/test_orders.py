"""The orders of convergence of the solvers on an exact mixture, against the specification's table."""

from __future__ import annotations

import pytest
import torch

from tests.nodes.exact_mixture import flow_along
from tests.nodes.solver.expected import Expected, all_expected
from tests.nodes.solver.measuring import BOTTOM, TOP, begin, exact, slopes
from tests.solvers import committed


def test_the_reference_is_converged() -> None:
    torch.testing.assert_close(flow_along(begin().x, TOP, BOTTOM, steps=150), exact(), rtol=0, atol=1e-6)


@pytest.mark.parametrize("expected", [found for found in all_expected() if not found.stochastic], ids=lambda e: e.name)
def test_the_error_shrinks_at_the_order_of_the_solver_and_the_table_says_so(expected: Expected) -> None:
    measured = slopes(expected)
    assert measured[-2:] == pytest.approx([expected.order] * 2, abs=0.15)
    assert float(committed()[expected.name].measured) == pytest.approx(measured[-1], abs=0.05)
