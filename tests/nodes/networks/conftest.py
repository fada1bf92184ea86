from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.nodes.networks.refusals import refusal


@pytest.fixture
def refuse(tmp_path: Path) -> Callable[[bytes], str]:
    def write_and_open(content: bytes) -> str:
        path = tmp_path / "network.safetensors"
        path.write_bytes(content)
        return str(refusal(path))

    return write_and_open
