"""A script finds folders and models where a run does."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.errors import InputError
from graphs.script import Files, hub
from tests.graphs.caches import cached
from tests.graphs.test_exporting import assert_clean, saved_by_run, saved_by_script, script, shown
from tests.graphs.toyshop import toy


def test_a_script_reads_a_folder_and_a_model_of_the_hub_as_a_run_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    cached(tmp_path / "cache", "a/b", {"x.txt": b"123"})
    mine = tmp_path / "mine"
    (mine / "model").mkdir(parents=True)
    (mine / "model" / "x.txt").write_text("12345")
    document = shown(
        one=toy("shelving.shelf", params={"model": {"file": "model"}}),
        two=toy("shelving.shelf", params={"model": "hub:a/b@main"}),
    )
    text = script(document, mine)
    assert_clean(text, tmp_path)
    assert 'hub("a/b@main")' in text
    assert 'files("model")' in text
    assert saved_by_script(text, tmp_path, monkeypatch) == saved_by_run(document, mine)


def test_what_a_script_names_may_lie_in_a_folder_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "library" / "big").mkdir(parents=True)
    monkeypatch.setenv("NOISELOOM_MODELS", str(tmp_path / "library"))
    assert Files(str(tmp_path / "mine"))("big") == tmp_path / "library" / "big"


def test_a_model_that_is_not_in_the_cache_is_refused_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match="noiseloom models fetch a/b"):
        hub("a/b")
