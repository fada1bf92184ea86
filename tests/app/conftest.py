"""The command as a person types it, with folders of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.command import main
from graphs.home import examples_folder


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    status: int
    out: str
    err: str


Command = Callable[..., Answer]


@pytest.fixture
def noiseloom(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Run `noiseloom` in an empty folder, in this process."""
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path / "home"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*arguments: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["noiseloom", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Answer(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def small() -> tuple[str, ...]:
    """Settings that make the digits graph cheap."""
    return ("--set", "noise.count=2", "--set", "karras.num_inference_steps=3")


Edit = Callable[[dict[str, dict[str, object]]], None]


@pytest.fixture
def edited(noiseloom: Command) -> Callable[[Edit], str]:
    """A copy of the digits graph with its nodes edited, as a path."""

    def write(edit: Edit) -> str:
        document = json.loads((examples_folder() / "digits.json").read_text())
        edit(document["nodes"])
        Path("graph.json").write_text(json.dumps(document))
        return "graph.json"

    return write
