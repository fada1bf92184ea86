"""Exemptions are for nodes and laws that there are; one that is needed no more fails by its own test passing."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.laws.exemptions import EXEMPT, NULLS
from tests.laws.stating import LAWS
from tests.laws.subjects import CATALOGUE

for path in Path(__file__).parent.glob("test_*.py"):
    importlib.import_module(f"tests.laws.{path.stem}")


def test_every_exemption_is_from_a_law_about_a_node_that_there_is() -> None:
    for name, reasons in EXEMPT.items():
        assert name in LAWS, f'there is no law "{name}"'
        for node, reason in reasons.items():
            assert node in LAWS[name] or node.partition("[")[0] in LAWS[name], f'"{name}" is not about {node}'
            assert len(reason.split()) > 2, f"why is {node} exempt from the law that {name}?"


def test_every_null_setting_is_a_parameter_of_a_node() -> None:
    for name in NULLS:
        assert any(record.parameter(name) for record in CATALOGUE.nodes.values()), name


def test_every_law_is_about_some_node() -> None:
    assert len(LAWS) > 10
