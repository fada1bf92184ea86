"""What all tests of `graphs` share: repeatable random examples, and a home folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "graphs", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("graphs")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder that no other test sees."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NOISELOOM_HOME", str(folder))
    return folder
