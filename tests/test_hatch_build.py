"""The build hook: what it builds, when, and with whose Node; and what a wheel then holds."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import hatch_build
from hatch_build import BUNDLE, NODE_FROM_THE_INDEX, SOURCES, STAMP, FrontEnd, digest, fits, stale

ROOT = Path(__file__).parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a front end that was just built."""
    (tmp_path / SOURCES / "src" / "canvas").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "vite.config.ts", ".npmrc", "src/canvas/wires.ts"):
        (tmp_path / SOURCES / name).write_text(name)
    (tmp_path / BUNDLE).mkdir(parents=True)
    (tmp_path / BUNDLE / "index.js").write_text("export {};")
    (tmp_path / BUNDLE / STAMP).write_text(digest(tmp_path / SOURCES))
    return tmp_path


def hook(root: Path) -> FrontEnd:
    """The hook as hatchling makes it."""
    from hatchling.builders.wheel import WheelBuilder

    builder = WheelBuilder(str(ROOT))
    return FrontEnd(str(root), {}, builder.config, builder.metadata, str(root / "dist"), "wheel")


@pytest.mark.parametrize(
    "name", ["package.json", "package-lock.json", "vite.config.ts", ".npmrc", "src/canvas/wires.ts"]
)
def test_a_change_of_any_source_makes_the_bundle_stale(checkout: Path, name: str) -> None:
    assert not stale(checkout)
    (checkout / SOURCES / name).write_text("changed")
    assert stale(checkout)


def test_a_new_source_and_a_renamed_one_make_the_bundle_stale(checkout: Path) -> None:
    source = checkout / SOURCES / "src" / "canvas" / "wires.ts"
    moved = source.rename(source.with_name("cables.ts"))
    assert stale(checkout)
    moved.rename(source)
    assert not stale(checkout)
    (source.parent / "ports.ts").write_text("")
    assert stale(checkout)


def test_what_npm_and_tools_leave_behind_changes_nothing(checkout: Path) -> None:
    packages = checkout / SOURCES / "node_modules" / "vue"
    packages.mkdir(parents=True)
    (packages / "package.json").write_text("{}")
    (checkout / SOURCES / "tsconfig.tsbuildinfo").write_text("{}")
    assert not stale(checkout)


def test_a_bundle_of_unknown_sources_is_stale_and_one_without_sources_is_taken_as_it_is(checkout: Path) -> None:
    (checkout / BUNDLE / STAMP).unlink()
    assert stale(checkout)
    shutil.rmtree(checkout / SOURCES)
    assert not stale(checkout)
    (checkout / BUNDLE / "index.js").unlink()
    assert stale(checkout)


@pytest.mark.parametrize("version", ["v20.19.0", "v20.20.2\n", "v22.12.0", "v24.19.0", "v26.0.0"])
def test_a_node_that_the_bundler_runs_on_fits(version: str) -> None:
    assert fits(version)


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0", "", "node"])
def test_a_node_that_the_bundler_does_not_run_on_does_not_fit(version: str) -> None:
    assert not fits(version)


def test_node_is_asked_of_the_index_only_where_something_is_to_build_and_none_is_here(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    assert hook(checkout).dependencies() == []
    (checkout / BUNDLE / STAMP).write_text("other")
    assert hook(checkout).dependencies() == [NODE_FROM_THE_INDEX]
    monkeypatch.setattr(hatch_build, "own_npm", lambda: "/usr/bin/npm")
    assert hook(checkout).dependencies() == []


def test_a_build_without_any_node_ends_with_what_to_do(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hatch_build, "own_npm", lambda: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    (checkout / BUNDLE / STAMP).unlink()
    with pytest.raises(SystemExit):
        hook(checkout).initialize("editable", {})
    told = capsys.readouterr().err
    assert "there is no Node" in told
    assert "npm ci && npm run build" in told


def test_a_build_that_fails_says_which_step_and_leaves_no_stamp(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(hatch_build, "npm", lambda: (failing, {}))
    (checkout / BUNDLE / STAMP).unlink()
    with pytest.raises(SystemExit):
        hook(checkout).initialize("standard", {})
    assert "`npm ci --no-audit --no-fund --prefer-offline` ended with status 3" in capsys.readouterr().err
    assert stale(checkout)


def test_a_wheel_holds_the_bundle_and_the_assets_and_no_sources_of_the_front_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"app/editor/dist/index.js", "assets/weights/digits.safetensors", "graphs/examples/digits.json"} <= {*names}
    assert not [name for name in names if "node_modules" in name or name.startswith(("app/frontend", "tests"))]
