"""Which folders a person's models are looked for in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphs.model_folders import hub_cache, model_folders

CACHE_VARIABLES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "NOISELOOM_MODELS")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the variables is set."""
    for variable in CACHE_VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HUGGINGFACE_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HF_HOME": "/b", "XDG_CACHE_HOME": "/c"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
        ({"HOME": "/home/one"}, "/home/one/.cache/huggingface/hub"),
        ({"HF_HOME": "~/here", "HOME": "/home/one"}, "/home/one/here/hub"),
    ],
)
def test_the_cache_is_where_the_hub_s_own_variables_say(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(hub_cache()) == expected


def test_named_folders_come_first_then_the_home_s_then_the_cache(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setenv("NOISELOOM_MODELS", os.pathsep.join([str(first), "", str(second), str(first)]))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    assert model_folders() == (first, second, home / "models", tmp_path / "cache")


def test_of_a_comfyui_folder_only_the_models_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ComfyUI" / "models" / "checkpoints").mkdir(parents=True)
    (tmp_path / "mine" / "models").mkdir(parents=True)
    monkeypatch.setenv("NOISELOOM_MODELS", os.pathsep.join([str(tmp_path / "ComfyUI"), str(tmp_path / "mine")]))
    assert model_folders()[:2] == (tmp_path / "ComfyUI" / "models", tmp_path / "mine")
