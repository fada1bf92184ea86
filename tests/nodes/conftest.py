"""What tests of nodes are given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.oracles import PROPERTY, Held, Oracle, hold


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that hold a method to an oracle can be chosen by a keyword."""
    for item in items:
        if isinstance(item, pytest.Function) and "oracle" in item.fixturenames:
            item.extra_keyword_matches.add(PROPERTY)


@pytest.fixture
def oracle(record_property: Callable[[str, object], None]) -> Oracle:
    """Holds a method to what is expected of it, and tells the table of methods."""

    def held(method: str, expected: str, measured: float, tolerance: float) -> None:
        line = Held(method, expected, float(tolerance), float(measured))
        record_property(PROPERTY, line)
        hold(line)

    return held
