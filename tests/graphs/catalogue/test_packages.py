"""Where nodes come from, and what their ids are."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from pathlib import Path

import pytest

from graphs.catalogue.packages import Package, folder_package, import_module, installed_packages
from graphs.errors import InputError

OURS = Package("nodes", "nodes", Path("nodes"), plugin=False)
THEIRS = Package("my_pack", "my.pack", Path("pack"), plugin=True)


@pytest.mark.parametrize(
    ("package", "file", "module", "identifier"),
    [
        (OURS, "guidance/cfg.py", "nodes.guidance.cfg", "guidance.cfg"),
        (OURS, "guidance/__init__.py", "nodes.guidance", "guidance.cfg"),
        (OURS, "guidance/deep/er.py", "nodes.guidance.deep.er", "guidance.cfg"),
        (THEIRS, "guidance/cfg.py", "my.pack.guidance.cfg", "my_pack.guidance.cfg"),
        (THEIRS, "cfg.py", "my.pack.cfg", "my_pack.cfg.cfg"),
        (THEIRS, "__init__.py", "my.pack", "my_pack.my_pack.cfg"),
    ],
)
def test_an_id_is_kind_and_name_with_a_plugins_package_in_front(
    package: Package, file: str, module: str, identifier: str
) -> None:
    assert package.module(package.folder / file) == module
    assert package.identifier(module, "cfg") == identifier


@pytest.mark.parametrize(
    ("folder", "name"), [("mine", "mine"), ("My Nodes!", "my_nodes"), ("2nd", "own_2nd"), ("__", "own"), ("é", "own")]
)
def test_a_folder_is_a_package_of_its_own_name(folder: str, name: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    package = folder_package(tmp_path / folder)
    assert (package.name, package.plugin, package.owned) == (name, True, True)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        folder_package(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no such folder"):
        folder_package(tmp_path / "file")


def test_only_sources_of_a_person_are_files_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "kind/c.py", "__pycache__/a.py", ".venv/lib/x.py", "notes.txt", ".hidden.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / ".#a.py").symlink_to("nowhere")
    (tmp_path / "gone.py").symlink_to("nowhere")
    names = [path.relative_to(tmp_path).as_posix() for path in folder_package(tmp_path).files()]
    assert names == ["a.py", "b.py", "kind/c.py"]


def test_importing_from_a_folder_writes_nothing_into_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1")
    before = sys.dont_write_bytecode
    package = folder_package(tmp_path)
    assert vars(import_module(package, f"{package.root}.a"))["x"] == 1
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == ["a.py"]
    assert sys.dont_write_bytecode == before


def entry(value: str) -> importlib.metadata.EntryPoint:
    """What an installed distribution offers."""
    return importlib.metadata.EntryPoint("nodes", value, "noiseloom.nodes")


def test_ours_come_first_and_a_plugin_that_is_gone_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = [entry("tests.graphs.toys"), entry("nodes"), entry("gone_for_good"), entry("gone_for_good.nodes")]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda **_: offered)
    found = installed_packages(plugins=True)
    assert [(package.name, package.plugin) for package in found] == [("nodes", False), ("tests_graphs_toys", True)]
    assert [package.name for package in installed_packages(plugins=False)] == ["nodes"]
