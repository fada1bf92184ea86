"""The derived index: only what changed is imported, and nothing that is wrong with it matters."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphs.catalogue import index as index_module
from graphs.catalogue.index import Index, read_index
from graphs.catalogue.packages import Package, folder_package
from tests.graphs.catalogue.folders import OTHER, STONES, VALUES, make_folder, read_anew

ALL = ["mine.other.leaf", "mine.stones.stone"]
EVERY = ["other", "stones", "values"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A person's folder of nodes."""
    return make_folder(tmp_path)


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    """No test finds what another one imported."""
    unload()
    yield
    unload()


def unload() -> None:
    """Forget the folder's modules, as a new process would not have them."""
    for name in [name for name in sys.modules if name == "mine" or name.startswith("mine.")]:
        del sys.modules[name]


def stored(home: Path) -> Path:
    """The index of the folder, the only one that holds its files."""
    (found,) = [path for path in (home / "index").iterdir() if "stones.py" in path.read_text()]
    return found


def names(index: Index) -> list[str]:
    """The ids that an index holds."""
    return [record.id for entry in index.files.values() for record in entry.nodes]


def default(index: Index, file: str = "stones.py") -> object:
    """The default of the only parameter of a file's only node."""
    return index.files[file].nodes[0].parameters[0].default


def test_unchanged_files_are_not_imported_again(folder: Path, home: Path) -> None:
    assert read_anew(folder, home) == (EVERY, ALL)
    assert read_anew(folder, home) == ([], ALL)


def test_a_changed_file_and_what_imports_it_is_imported(folder: Path, home: Path) -> None:
    read_anew(folder, home)
    (folder / "values.py").write_text(VALUES + "\n# changed\n")
    assert read_anew(folder, home) == (["stones", "values"], ALL)
    (folder / "other.py").write_text(OTHER + "\n# changed\n")
    assert read_anew(folder, home) == (["other"], ALL)
    assert read_anew(folder, home) == ([], ALL)


def test_a_new_file_appears_and_a_removed_one_goes(folder: Path, home: Path) -> None:
    read_anew(folder, home)
    (folder / "more.py").write_text(OTHER.replace("Leaf", "Petal"))
    assert read_anew(folder, home) == (["more"], ["mine.more.leaf", *ALL])
    (folder / "more.py").unlink()
    assert read_anew(folder, home) == ([], ALL)


def test_a_removed_file_that_another_imports_is_that_ones_fault_until_it_is_back(folder: Path, home: Path) -> None:
    read_anew(folder, home)
    (folder / "values.py").unlink()
    assert read_anew(folder, home)[1] == ["mine.other.leaf"]
    assert "values" in read_index(folder_package(folder)).files["stones.py"].error
    (folder / "values.py").write_text(VALUES)
    assert read_anew(folder, home)[1] == ALL
    assert read_anew(folder, home) == ([], ALL)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("this is no Python", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("raise ValueError('no luck')", "ValueError: no luck"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        (STONES.replace('"""A stone."""', ""), "stone has no docstring"),
        (STONES.replace("weight: float", "weight"), "'weight' has no annotation"),
        ("\0", "null bytes"),
    ],
)
def test_a_file_that_cannot_be_imported_is_its_own_fault_only(text: str, error: str, folder: Path) -> None:
    (folder / "stones.py").write_text(text)
    index = read_index(folder_package(folder))
    assert names(index) == ["mine.other.leaf"]
    assert error in index.files["stones.py"].error
    (folder / "stones.py").write_text(STONES)
    assert sorted(names(read_index(folder_package(folder)))) == ALL


def test_a_fault_outside_the_file_is_looked_for_again_each_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "stones.py").write_text("import a_library_to_come\n" + STONES)
    assert names(read_index(folder_package(folder))) == ["mine.other.leaf"]
    library = folder.parent / "library"
    library.mkdir()
    (library / "a_library_to_come.py").write_text("")
    monkeypatch.syspath_prepend(str(library))
    assert sorted(names(read_index(folder_package(folder)))) == ALL


def test_an_edit_is_seen_in_the_same_process_also_of_the_same_length_at_once(folder: Path) -> None:
    assert default(read_index(folder_package(folder))) == 1.0
    for number in (2, 3, 4):
        (folder / "stones.py").write_text(STONES.replace("1.0", f"{number}.0"))
        assert default(read_index(folder_package(folder))) == float(number)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "\ud800", '{"made_by": "x"}', '{"made_by": 1, "files": {}}', "[" * 100_000, "\xff\xfe"],
)
def test_a_damaged_index_is_made_anew(text: str, folder: Path, home: Path) -> None:
    read_index(folder_package(folder))
    place = stored(home)
    good = json.loads(place.read_text())
    place.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert sorted(names(read_index(folder_package(folder)))) == ALL
    assert json.loads(place.read_text()) == good


def test_an_index_of_other_code_is_made_anew(folder: Path, home: Path) -> None:
    read_index(folder_package(folder))
    place = stored(home)
    place.write_text(json.dumps({**json.loads(place.read_text()), "made_by": "another version", "files": {}}))
    assert sorted(names(read_index(folder_package(folder)))) == ALL


def test_an_entry_with_keys_of_another_version_is_made_anew(folder: Path, home: Path) -> None:
    read_index(folder_package(folder))
    place = stored(home)
    raw = json.loads(place.read_text())
    raw["files"]["stones.py"]["nodes"][0]["strange"] = 1
    place.write_text(json.dumps(raw))
    assert sorted(names(read_index(folder_package(folder)))) == ALL


def test_without_a_place_to_write_everything_works(folder: Path, home: Path) -> None:
    home.write_text("a file where the folder should be")
    assert sorted(names(read_index(folder_package(folder)))) == ALL
    assert sorted(names(read_index(folder_package(folder)))) == ALL


def test_an_installed_package_keeps_its_index_beside_it_and_elsewhere_where_that_cannot_be_written(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(folder.parent))
    package = Package("mine", "mine", folder, plugin=True)
    assert sorted(names(read_index(package))) == ALL
    assert (folder / "index.json").is_file()
    assert not home.exists()
    (folder / "index.json").unlink()
    monkeypatch.setattr("graphs.BEGUN", time.time() + 3600)
    (folder / "index.json").mkdir()
    (folder / "index.json" / "full").write_text("so that it cannot be replaced")
    assert sorted(names(read_index(package))) == ALL
    assert stored(home).is_file()


def test_what_a_process_loaded_before_an_edit_is_not_kept_as_if_it_were_the_edit(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that runs on with the old code must not tell every later one that this is the new file."""
    monkeypatch.syspath_prepend(str(folder.parent))
    package = Package("mine", "mine", folder, plugin=True)
    read_index(package)
    kept = (folder / "index.json").read_text()
    (folder / "stones.py").write_text(STONES.replace("1.0", "33.0"))
    assert default(read_index(package)) == 1.0, "the module is loaded, and is not loaded again"
    assert (folder / "index.json").read_text() == kept
    unload()
    assert default(read_index(package)) == 33.0
    assert default(Index.model_validate_json((folder / "index.json").read_text())) == 33.0


def test_nothing_is_written_into_a_persons_own_folder(folder: Path) -> None:
    read_index(folder_package(folder))
    assert sorted(path.name for path in folder.iterdir()) == ["other.py", "stones.py", "values.py"]


def test_where_what_lies_beneath_changed_everything_is_derived_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[str] = []
    derive = index_module._derive

    def counted(package: Package, file: str, digest: str, imports: tuple[str, ...]) -> index_module.FileEntry:
        derived.append(file)
        return derive(package, file, digest, imports)

    monkeypatch.setattr(index_module, "_derive", counted)
    read_index(folder_package(folder), index_module.Index(made_by="one"))
    assert derived == ["other.py", "stones.py", "values.py"]
    read_index(folder_package(folder), index_module.Index(made_by="one"))
    assert len(derived) == 3
    read_index(
        folder_package(folder), index_module.Index(made_by="one", files={"a.py": index_module.FileEntry(digest="a")})
    )
    assert len(derived) == 6
