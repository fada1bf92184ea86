"""Models of the hub are found in the local cache, by branch, tag or commit, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.hub import HubModel, own_folder, read_hub_model, revisions, snapshot
from tests.graphs.caches import COMMIT, cached

OTHER = "f" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HF_HUB_CACHE", str(folder))
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hub:a/b", HubModel("a/b")),
        ("a/b@main", HubModel("a/b", "main")),
        ("hub:stabilityai/sd-turbo@refs/pr/3", HubModel("stabilityai/sd-turbo", "refs/pr/3")),
        ("hub:gpt2@v1.0", HubModel("gpt2", "v1.0")),
        ("hub:", None),
        ("hub:../a", None),
        ("hub:a/../b", None),
        ("hub:a/b/c", None),
        ("hub:a--b/c", None),
        ("hub:/a", None),
        ("hub:a/b@", None),
        ("hub:a/b@../../c", None),
        ("hub:a/b@/c", None),
        ("hub:a b", None),
        ("hub:a/b\n", None),
    ],
)
def test_an_id_is_an_owner_a_name_and_perhaps_a_revision(text: str, expected: HubModel | None) -> None:
    assert read_hub_model(text) == expected


def test_a_snapshot_is_found_by_branch_tag_and_commit(cache: Path) -> None:
    folder = cached(cache, "a/b", {"x.json": b"{}"})
    other = cached(cache, "a/b", {"x.json": b"[]"}, OTHER, "refs/pr/3")
    assert snapshot(HubModel("a/b")) == snapshot(HubModel("a/b", "main")) == snapshot(HubModel("a/b", COMMIT)) == folder
    assert snapshot(HubModel("a/b", "refs/pr/3")) == snapshot(HubModel("a/b", OTHER)) == other
    assert revisions("a/b") == {COMMIT: "main", OTHER: "refs/pr/3"}


def test_what_is_not_in_the_cache_is_not_found(cache: Path) -> None:
    assert (snapshot(HubModel("a/b")), revisions("a/b")) == (None, {})
    cached(cache, "a/b", {"x.json": b"{}"}, reference="")
    assert snapshot(HubModel("a/b")) is None
    assert revisions("a/b") == {COMMIT: COMMIT}


@pytest.mark.parametrize("reference", ["../../../secret", "f" * 39, "F" * 40, "", "\udcff"])
def test_a_reference_that_names_no_commit_leads_nowhere(cache: Path, tmp_path: Path, reference: str) -> None:
    cached(cache, "a/b", {"x.json": b"{}"})
    (cache / "models--a--b" / "refs" / "main").write_bytes(reference.encode(errors="surrogateescape"))
    (tmp_path / "secret").mkdir()
    assert snapshot(HubModel("a/b")) is None


def test_a_snapshot_that_is_a_link_out_of_the_model_s_folder_is_none(cache: Path, tmp_path: Path) -> None:
    cached(cache, "a/b", {"x.json": b"{}"})
    (tmp_path / "secret").mkdir()
    (cache / "models--a--b" / "snapshots" / OTHER).symlink_to(tmp_path / "secret")
    assert snapshot(HubModel("a/b", OTHER)) is None


def test_what_belongs_to_a_model_of_the_cache_is_told_from_what_lies_elsewhere(cache: Path, tmp_path: Path) -> None:
    folder = cached(cache, "a/b", {"unet/x.json": b"{}"})
    assert own_folder(folder / "unet") == cache / "models--a--b"
    assert own_folder(cache) is None
    assert own_folder(tmp_path) is None
