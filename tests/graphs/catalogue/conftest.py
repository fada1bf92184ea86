"""What all tests of the catalogue share."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def writing_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python writes bytecode, as it does for most people, whatever the environment of the tests says."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
