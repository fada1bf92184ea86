"""`noiseloom models`: what is here, and fetching with consent."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from app.fetching import fetch, wanted
from graphs.errors import InputError
from tests.app.conftest import Command
from tests.app.test_imports import imported
from tests.nodes.library.making import pipeline, weights

FILES = [
    ".gitattributes",
    "README.md",
    "model_index.json",
    "tiny.safetensors",
    "tiny.ckpt",
    "scheduler/scheduler_config.json",
    "tokenizer/merges.txt",
    "tokenizer/spiece.model",
    "unet/config.json",
    "unet/code.py",
    "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.safetensors",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "vae/diffusion_pytorch_model.fp16.safetensors",
    "safety_checker/config.json",
    "safety_checker/model.safetensors",
    "text_encoder/model-00001-of-00001.safetensors",
    "text_encoder/model.fp16-00001-of-00001.safetensors",
    "text_encoder/model.safetensors.index.json",
    "text_encoder/model.safetensors.index.fp16.json",
]


@pytest.fixture
def here(noiseloom: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of two models, one of which lacks something."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "home" / "models"
    weights(folder / "x.safetensors", {"emb_params": (100,)})
    (pipeline(folder / "tiny", _name_or_path="someone/tiny") / "unet" / "config.json").unlink()
    return folder


def test_models_are_listed_with_what_is_missing_and_where_to_get_it(here: Path, noiseloom: Command) -> None:
    lines = noiseloom("models").out.splitlines()
    assert lines[0].startswith("tiny           StableDiffusionPipeline, ")
    assert lines[0].endswith("400 bytes of weights in float16")
    assert lines[1] == "  missing: unet: config.json"
    assert "noiseloom models fetch someone/tiny" in lines[2]
    assert lines[3].startswith("x.safetensors  textual inversion, ")
    assert f"  {here}" in lines


def test_the_list_as_json_has_what_stands_for_a_model_in_a_graph(here: Path, noiseloom: Command) -> None:
    found = json.loads(noiseloom("models", "--json").out)
    assert str(here) in found["folders"]
    assert [entry["value"] for entry in found["models"]] == [{"file": "tiny"}, {"file": "x.safetensors"}]
    assert found["models"][1]["memory"] == 200


def test_no_models_yet_says_where_they_would_be(noiseloom: Command, tmp_path: Path) -> None:
    out = noiseloom("models").out
    assert f"{tmp_path / 'home' / 'models'} (not there)" in out


def test_listing_imports_no_torch(tmp_path: Path) -> None:
    modules = imported(tmp_path, "models")
    assert not [name for name in modules if name.split(".")[0] in ("torch", "numpy", "huggingface_hub", "diffusers")]


def test_settings_and_plain_weights_are_fetched_and_never_pickles_or_code() -> None:
    assert wanted(FILES) == [
        "model_index.json",
        "safety_checker/config.json",
        "scheduler/scheduler_config.json",
        "text_encoder/model-00001-of-00001.safetensors",
        "text_encoder/model.safetensors.index.json",
        "tokenizer/merges.txt",
        "tokenizer/spiece.model",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]
    assert wanted(["v1.5.safetensors", "other.safetensors", "a.bin"]) == ["other.safetensors", "v1.5.safetensors"]


class Hub:
    """In place of the hub: what it has, what was asked of it, or the error that it answers with."""

    def __init__(self, files: Sequence[str] = FILES, error: Exception | None = None) -> None:
        self.files, self.error = files, error
        self.asked: list[object] = []

    def list_repo_files(self, name: str, revision: str) -> Sequence[str]:
        """The names of the files."""
        self.asked.append((name, revision))
        if self.error is not None:
            raise self.error
        return self.files

    def snapshot_download(self, name: str, *, revision: str, cache_dir: Path, allow_patterns: list[str]) -> str:
        """Where it would lie."""
        self.asked.append(allow_patterns)
        return f"{cache_dir}/{name}@{revision}"


def use(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Let this be the library that speaks with the hub."""
    library = ModuleType("huggingface_hub")
    vars(library).update(HfApi=lambda: hub, snapshot_download=hub.snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return hub


def test_a_model_is_fetched_into_the_cache_and_named_as_a_graph_names_it(
    noiseloom: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    hub = use(Hub(["a[1].safetensors"]), monkeypatch)
    answer = noiseloom("models", "fetch", "someone/tiny@v2")
    assert answer.status == 0
    assert hub.asked == [("someone/tiny", "v2"), ["a[[]1].safetensors"]]
    assert answer.out == f'fetched 1 files to {tmp_path}/cache/someone/tiny@v2\nin a graph: "hub:someone/tiny@v2"\n'


@pytest.mark.parametrize("variable", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_mode_is_honoured(noiseloom: Command, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    hub = use(Hub(), monkeypatch)
    monkeypatch.setenv(variable, "1")
    answer = noiseloom("models", "fetch", "someone/tiny")
    assert (answer.status, hub.asked) == (2, [])
    assert f"unset {variable}" in answer.err


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("GatedRepoError", "terms to be accepted"),
        ("RepositoryNotFoundError", "no such model, or it is private"),
        ("RevisionNotFoundError", "no such revision"),
        ("ConnectError", "cannot be downloaded"),
    ],
)
def test_what_the_hub_refuses_is_said(monkeypatch: pytest.MonkeyPatch, kind: str, message: str) -> None:
    use(Hub(error=type(kind, (Exception,), {})("a long story")), monkeypatch)
    with pytest.raises(InputError, match=message):
        fetch("someone/tiny", lambda _: None)


def test_a_name_that_is_none_and_a_model_without_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = use(Hub(["code.py", "model.bin"]), monkeypatch)
    with pytest.raises(InputError, match="no model of a hub"):
        fetch("../tiny", lambda _: None)
    assert hub.asked == []
    with pytest.raises(InputError, match="no files that are fetched"):
        fetch("someone/tiny", lambda _: None)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use(Hub(), monkeypatch)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match=r"noiseloom\[diffusers\]"):
        fetch("someone/tiny", lambda _: None)
