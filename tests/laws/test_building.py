"""Every node can be built from the types of its ports, and is what it says."""

from __future__ import annotations

import pytest

from tests.laws.stating import law
from tests.laws.subjects import CATALOGUE, Refused, Subject


@law("every node is built by the types of its ports", lambda subject: subject.plain)
def test_every_node_is_built_by_the_types_of_its_ports(subject: Subject) -> None:
    try:
        made = subject.build()
    except Refused as refused:
        pytest.fail(f"nothing suits {subject}: {refused}")
    values = made.value if isinstance(made.value, tuple) else (made.value,)
    for port, value in zip(subject.record.outputs, values, strict=True):
        assert any(isinstance(value, CATALOGUE.value_class(kind)) for kind in port.types)
