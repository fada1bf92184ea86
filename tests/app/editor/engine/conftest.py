"""Desks that the tests of a module share: a process takes seconds to begin."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.editor.engine.bench import Bench
from tests.graphs.toyshop import FOLDER

ENDLESS = """from __future__ import annotations

from graphs import Progress, Steps, node
from .values import Amount

@node
def endless(amount: Amount) -> Steps[Amount]:
    'The number, never.'
    while True:
        yield Progress(1, 2)
"""
"""A node that works until it is stopped."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home of its own for the tests of a module."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOISELOOM_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def bench(home: Path) -> Iterator[Bench]:
    """A desk with the nodes that come with Noiseloom."""
    with Bench() as made:
        yield made


@pytest.fixture(scope="module")
def toys(home: Path) -> Iterator[Bench]:
    """A desk with toy nodes besides."""
    folder = home / "toys"
    folder.mkdir()
    for name in ("values", "making", "mixing", "showing", "working"):
        shutil.copy(FOLDER / f"{name}.py", folder)
    (folder / "waiting.py").write_text(ENDLESS)
    with Bench([folder]) as made:
        yield made
