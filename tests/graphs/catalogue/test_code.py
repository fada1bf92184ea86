"""The digest of the code behind a node: an edit changes that of the nodes that reach it, and of no others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graphs.catalogue import code as code_module
from graphs.catalogue.catalogue import read_catalogue
from graphs.catalogue.code import BASE, code_digests
from graphs.catalogue.index import FileEntry, Index, read_index
from graphs.catalogue.packages import Package, folder_package, installed_packages
from graphs.catalogue.sources import imported_modules

ROOT = Path(code_module.__file__).parents[2]
OWN = "noiseloom_own_mine."

VALUES = '''
"""Types."""
from graphs import data

@data(colour="#123456")
class Pebble:
    """A pebble."""

    w: float
'''

FILES = {
    "values.py": VALUES,
    "stones.py": "from .values import Pebble\nfrom .inner import middle\n",
    "inner/__init__.py": "",
    "inner/middle.py": "def weigh():\n    from noiseloom_own_mine.inner import deepest\n    return deepest.WEIGHT\n",
    "inner/deepest.py": "WEIGHT = 1.0\n",
    "inner/rocks.py": "from ..values import Pebble\nfrom . import deepest\n",
    "pictures.py": "from nodes.contracts.media import Image\nfrom .values import Pebble\n",
    "alone.py": "from noiseloom_own_mine.values import Pebble\n",
    "idle.py": "IDLE = 1\n",
}
"""A folder of a person's: each file that imports a pebble has a node that gives one."""

NODE = '''
from graphs import node

@node
def {name}(*, w: float = 1.0) -> Pebble:
    """A pebble."""
    return Pebble(w)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder, written."""
    made = tmp_path / "mine"
    (made / "inner").mkdir(parents=True)
    for name, text in FILES.items():
        node = NODE.format(name=Path(name).stem) if "import Pebble" in text else ""
        (made / name).write_text(text + node)
    return made


def own(folder: Path) -> dict[str, str]:
    """The digests of the folder's modules."""
    found = read_catalogue([folder]).code
    return {name.removeprefix(OWN): digest for name, digest in found.items() if name.startswith(OWN)}


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The modules whose digest is another."""
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


ALL = {"values", "stones", "inner.rocks", "pictures", "alone"}


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("stones.py", {"stones"}),
        ("alone.py", {"alone"}),
        ("inner/rocks.py", {"inner.rocks"}),
        ("values.py", ALL),
        ("inner/middle.py", {"stones"}),
        ("inner/deepest.py", {"stones", "inner.rocks"}),
        ("idle.py", set()),
    ],
)
def test_an_edit_changes_what_reaches_it_directly_indirectly_or_relatively(
    folder: Path, file: str, changed: set[str]
) -> None:
    before = own(folder)
    assert before.keys() == ALL
    path = folder / file
    path.write_text(path.read_text() + "# a comment counts: this is a digest of the source\n")
    assert differing(before, own(folder)) == changed
    path.write_text(path.read_text().rpartition("#")[0])
    assert own(folder) == before


def test_a_new_file_changes_nothing_and_a_new_import_its_file(folder: Path) -> None:
    before = own(folder)
    (folder / "new.py").write_text("X = 1\n")
    assert own(folder) == before
    (folder / "alone.py").write_text((folder / "alone.py").read_text() + "from .new import X\n")
    first = own(folder)
    assert differing(before, first) == {"alone"}
    (folder / "new.py").write_text("X = 2\n")
    assert differing(first, own(folder)) == {"alone"}


def test_equal_sources_of_two_names_have_two_digests(folder: Path) -> None:
    (folder / "twin.py").write_text((folder / "alone.py").read_text())
    found = own(folder)
    assert found["twin"] != found["alone"]


def indexes(folder: Path) -> dict[Package, Index]:
    """The indexes of our own nodes and of a folder."""
    (ours,) = installed_packages(plugins=False)
    mine = folder_package(folder)
    first = read_index(ours)
    return {ours: first, mine: read_index(mine, first)}


def edited(index: Index, file: str) -> Index:
    """The index as it would be after an edit of a file."""
    entry = index.files[file].model_copy(update={"digest": "edited"})
    return index.model_copy(update={"files": {**index.files, file: entry}})


def reaching(files: dict[str, FileEntry], file: str) -> set[str]:
    """The files that reach a file over imports, going backwards from it."""
    found, more = {file}, True
    while more:
        users = {name for name, entry in files.items() if found & set(entry.imports)} - found
        found, more = found | users, bool(users)
    return found


def test_an_edit_of_ours_changes_what_reaches_it_in_ours_and_in_a_folder(folder: Path) -> None:
    known = indexes(folder)
    ours, mine = known
    before = code_digests(known)
    files = known[ours].files
    for file in files:
        after = code_digests({ours: edited(known[ours], file), mine: known[mine]})
        reached = reaching(files, file)
        expected = {ours.module(ours.folder / name) for name in reached if files[name].nodes or files[name].values}
        expected |= {f"{OWN}pictures"} if "contracts/media.py" in reached else set()
        assert differing(before, after) == expected, file


def test_every_module_with_a_node_or_a_value_has_a_digest(folder: Path) -> None:
    catalogue = read_catalogue([folder])
    modules = {record.module for record in catalogue.nodes.values()}
    assert modules | {record.module for record in catalogue.values.values()} == catalogue.code.keys()


def test_an_edit_of_what_all_nodes_compute_with_changes_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = indexes(folder)
    before = code_digests(known)
    for place in range(len(BASE)):
        monkeypatch.setattr(code_module, "BASE", BASE[:place] + BASE[place + 1 :])
        after = code_digests(known)
        assert differing(before, after) == before.keys()


HARMLESS = {
    "graphs": "says only where the names lie that nodes import",
    "graphs.errors": "what a failure is called; a failure is never kept",
    "graphs.estimates": "what a plan says of the cost; it computes nothing",
    "graphs.home": "where a person's folders lie; the model library looks there, and no node",
    "graphs.hub": "what a model is called in the hub's cache; what a node reads of it counts by its content",
    "graphs.model_folders": "where models are looked for; what a node reads of them counts by its content",
    "graphs.naming": "the words of suggestions in the message of a failure",
    "graphs.running": "empty",
    "graphs.running.budgets": "how many bytes may lie on a device; where weights lie changes no result",
    "graphs.running.exhaustion": "how memory that ran out is known; a failure is never kept",
    "graphs.running.residents": "keeps what nodes load and moves it; what it is, the nodes' own code says",
}
"""What nodes import of `graphs` and what yet is no part of a digest, and why."""

LOADED = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted(name for name in sys.modules if name.partition(".")[0] == "graphs")))
"""


def modules_of_graphs() -> list[str]:
    """The modules of `graphs` that our nodes name."""
    found = {"graphs"}
    for path in (ROOT / "nodes").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        wanted = imported_modules(path.read_bytes(), module, package=path.name == "__init__.py")
        files = {name: ROOT.joinpath(*name.split(".")) for name in wanted if name.startswith("graphs.")}
        found |= {name for name, place in files.items() if place.with_suffix(".py").is_file() or place.is_dir()}
    return sorted(found)


def test_all_of_graphs_that_nodes_load_and_that_can_affect_a_result_is_part_of_every_digest() -> None:
    argument = json.dumps(modules_of_graphs())
    done = subprocess.run(
        [sys.executable, "-c", LOADED, argument], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(json.loads(done.stdout))
    assert {"graphs.curves", "graphs.declaration.parameters", "graphs.media"} <= loaded
    covered = [".".join(("graphs", *Path(entry).with_suffix("").parts)) for entry in BASE]
    bare = {name for name in loaded if not any(f"{name}.".startswith(f"{entry}.") for entry in covered)}
    assert bare == HARMLESS.keys()


def test_all_that_is_part_of_every_digest_is_there() -> None:
    for entry in BASE:
        assert (ROOT / "graphs" / entry).exists()
