"""Models are found in folders, in ComfyUI's and in the hub's cache, each under a name that a graph can use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphs.files import Places, find_file
from graphs.model_folders import model_folders
from nodes.library.scanning import find_models
from tests.graphs.caches import COMMIT, cached
from tests.nodes.library.making import pipeline, settings, weights


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of models that are empty, all below the one that is given."""
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "ComfyUI"))
    return tmp_path


def kinds() -> dict[str, str]:
    """What there is of which kind."""
    return {model.name: model.description.kind for model in find_models()}


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_may_be_none_and_no_folder_either() -> None:
    assert find_models() == []


def test_models_of_every_folder_are_found_under_names_that_a_graph_finds(folders: Path) -> None:
    weights(folders / "ComfyUI" / "models" / "loras" / "x.safetensors", {"l.lora_A.weight": (1,)})
    weights(folders / "ComfyUI" / "models" / "vae" / "y.safetensors", {"emb_params": (1,)})
    weights(folders / "ComfyUI" / "output" / "z.safetensors", {"emb_params": (1,)})
    pipeline(folders / "home" / "models" / "sd" / "tiny")
    cached(folders / "cache", "a/b", contents(pipeline(folders / "source")))
    cached(
        folders / "cache",
        "a/lora",
        {"deep/l.safetensors": (folders / "ComfyUI/models/loras/x.safetensors").read_bytes()},
    )
    assert kinds() == {
        "loras/x.safetensors": "LoRA",
        "vae/y.safetensors": "textual inversion",
        "sd/tiny": "StableDiffusionPipeline",
        "hub:a/b": "StableDiffusionPipeline",
        "hub:a/lora, deep/l.safetensors": "LoRA",
    }
    places = Places(folders / "nowhere", (), model_folders())
    for model in find_models():
        assert find_file(model.literal, (".safetensors",), places, folder=True) == model.place.resolve()


def test_a_model_is_listed_once_and_a_name_that_is_taken_is_a_path(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights(folders / "one" / "x.safetensors", {"emb_params": (1,)})
    weights(folders / "two" / "x.safetensors", {"emb_params": (1,)})
    (folders / "two" / "again.safetensors").symlink_to(folders / "two" / "x.safetensors")
    monkeypatch.setenv("NOISELOOM_MODELS", os.pathsep.join([f"{folders / 'one'}", f"{folders / 'two'}", str(folders)]))
    assert list(kinds()) == ["x.safetensors", "again.safetensors"]
    (folders / "two" / "again.safetensors").unlink()
    assert list(kinds()) == ["x.safetensors", str(folders / "two" / "x.safetensors")]


def test_a_folder_that_is_itself_a_model_is_named_by_its_path(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOISELOOM_MODELS", str(pipeline(folders / "tiny")))
    assert kinds() == {str(folders / "tiny"): "StableDiffusionPipeline"}


def test_other_revisions_are_named_and_what_the_cache_lacks_can_be_fetched(folders: Path) -> None:
    source = contents(pipeline(folders / "source"))
    cached(folders / "cache", "a/b", source)
    del source["unet/config.json"]
    cached(folders / "cache", "a/b", source, "f" * 40, "v2")
    (folders / "cache" / "models--c--d" / "blobs").mkdir(parents=True)
    (folders / "cache" / "models--c--d" / "blobs" / "x.incomplete").write_bytes(b"")
    (folders / "cache" / "datasets--a--b" / "snapshots" / COMMIT).mkdir(parents=True)
    found = {model.name: (model.description.missing, model.remedy) for model in find_models()}
    assert set(found) == {"hub:a/b", "hub:a/b@v2", "c/d"}
    assert found["hub:a/b"] == ((), "")
    assert found["hub:a/b@v2"][0] == ("unet: config.json",)
    assert "`noiseloom models fetch a/b@v2`" in found["hub:a/b@v2"][1]
    assert found["c/d"][0] == ("a file of which the download was not finished",)


def test_where_to_get_what_is_missing_is_what_the_settings_say(folders: Path) -> None:
    library = folders / "home" / "models"
    (pipeline(library / "a", _name_or_path="someone/a") / "unet" / "config.json").unlink()
    (pipeline(library / "b") / "unet" / "config.json").unlink()
    library.joinpath("c.ckpt").write_bytes(b"")
    remedies = {model.name: model.remedy for model in find_models()}
    assert "fetch someone/a" in remedies["a"]
    assert "where it came from" in remedies["b"]
    assert "as safetensors" in remedies["c.ckpt"]


def test_the_size_is_of_all_files_and_settings_without_weights_are_no_model(folders: Path) -> None:
    place = weights(folders / "home" / "models" / "deep" / "x.safetensors", {"emb_params": (100,)})
    settings(folders / "home" / "models" / "deep2" / "config.json")
    assert [(model.bytes, model.description.memory) for model in find_models()] == [(place.stat().st_size, 200)]
