"""Nodes declared in source text, as a person would write them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from graphs.declaration.node import NodeFunction
from graphs.declaration.records import NodeType

HEAD = """
from __future__ import annotations
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TYPE_CHECKING
from graphs import *
from graphs.declaration.parameters import Also, Kind
from tests.graphs.toys.values import Amount, Basket, Crumb, Machine, Word
"""


def declare(folder: Path, source: str) -> NodeType:
    """The record of the node `made` of a source."""
    path = folder / "declared.py"
    path.write_text(HEAD + source)
    spec = importlib.util.spec_from_file_location("declared", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["declared"] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        made = module.made
        assert isinstance(made, NodeFunction)
        return made.record("kind.made")
    finally:
        del sys.modules["declared"]


def node(signature: str, *, decorator: str = "@node", before: str = "", doc: str = '"""A node."""') -> str:
    """The source of a node of this signature."""
    return f"{before}\n{decorator}\ndef made{signature}:\n    {doc}\n"
