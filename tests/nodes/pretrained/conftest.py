"""Tiny checkpoints, each written once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.nodes.pretrained.tiny import stable_diffusion

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable Diffusion, for tests that only read it."""
    found = tmp_path_factory.mktemp("stable_diffusion")
    stable_diffusion(found).save_pretrained(found / "checkpoint")
    return found / "checkpoint"
