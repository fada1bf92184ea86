"""Packing a graph: what is in a pack, under which names, and that two packs are equal."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from graphs.document.reading import loads
from graphs.errors import InputError
from graphs.faults import Code, GraphError
from graphs.file_references import file_references
from graphs.home import assets_folder
from graphs.manifest import Manifest, digest_of, versions
from graphs.opening import Opened
from graphs.packing import make_pack, write_pack
from tests.graphs.packs import contents, packed, pictured, with_box
from tests.graphs.toyshop import graph, places, toy, toys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two texts of equal content and one of another."""
    found = tmp_path / "mine"
    (found / "sub").mkdir(parents=True)
    (found / "a b.txt").write_text("same")
    (found / "sub" / "copy.txt").write_text("same")
    (found / "sub" / "a_b.txt").write_text("other")
    return found


def manifest_of(path: Path) -> Manifest:
    """What a pack says of itself."""
    return Manifest.model_validate_json(contents(path)["pack.json"])


def test_a_content_is_packed_once_and_every_reference_leads_to_it(folder: Path, tmp_path: Path) -> None:
    document = graph(**pictured("a b.txt", "sub/copy.txt", str(folder / "sub" / "a_b.txt"), "sub/../a b.txt"))
    path = packed(document, folder, tmp_path / "mine.zip")
    found = contents(path)
    assert list(found) == ["files/a_b-2.txt", "files/a_b.txt", "graph.json", "pack.json"]
    assert (found["files/a_b.txt"], found["files/a_b-2.txt"]) == (b"same", b"other")
    names = [str(node.params["picture"]) for _, node in sorted(loads(found["graph.json"]).nodes.items())]
    first, second = "{'file': 'files/a_b.txt'}", "{'file': 'files/a_b-2.txt'}"
    assert names == [first, first, second, first]
    assert str(folder) not in found["pack.json"].decode() + found["graph.json"].decode()


def test_one_content_under_two_suffixes_keeps_both_for_a_suffix_is_a_kind(folder: Path, tmp_path: Path) -> None:
    (folder / "a b.png").write_text("same")
    found = contents(packed(graph(**pictured("a b.txt", "a b.png")), folder, tmp_path / "mine.zip"))
    assert found["files/a_b.txt"] == found["files/a_b.png"] == b"same"


def test_names_that_differ_in_case_only_stay_two_files_on_every_system(folder: Path, tmp_path: Path) -> None:
    (folder / "sub" / "A_B.txt").write_text("third")
    found = contents(packed(graph(**pictured("sub/a_b.txt", "sub/A_B.txt")), folder, tmp_path / "mine.zip"))
    assert sorted(name for name in found if name.startswith("files/")) == ["files/A_B-2.txt", "files/a_b.txt"]


def test_files_in_subgraphs_in_interfaces_and_in_sweeps_are_found(folder: Path, tmp_path: Path) -> None:
    document = with_box("a b.txt")
    assert len(file_references(document, toys())) == 4
    text = contents(packed(document, folder, tmp_path / "mine.zip"))["graph.json"].decode()
    assert text.count('{"file": "files/a_b.txt"}') == 4
    assert "a b.txt" not in text


def test_a_file_of_a_node_of_unknown_type_is_packed_too(folder: Path, tmp_path: Path) -> None:
    document = graph(strange={"type": "who.knows.it", "params": {"x": {"file": "a b.txt"}, "y": "asset:a"}})
    path = packed(document, folder, tmp_path / "mine.zip")
    assert "files/a_b.txt" in contents(path)
    assert [entry.literal for entry in manifest_of(path).files] == [{"file": "files/a_b.txt"}]


def test_an_asset_is_named_by_its_digest_and_not_packed(folder: Path, tmp_path: Path) -> None:
    name = "asset:pictures/mixture.png"
    swept = toy("making.knobs", params={"picture": {"sweep": [name, None]}})
    document = graph(word=toy("making.word", params={"text": "asset:no/file"}), swept=swept)
    path = packed(document, folder, tmp_path / "mine.zip")
    content = (assets_folder() / "pictures" / "mixture.png").read_bytes()
    assert list(contents(path)) == ["graph.json", "pack.json"]
    assert [(entry.literal, entry.digest) for entry in manifest_of(path).files] == [(name, digest_of(content))]


def test_the_manifest_names_sizes_digests_versions_and_node_types(folder: Path, tmp_path: Path) -> None:
    path = packed(graph(**pictured("a b.txt"), w=toy("making.word")), folder, tmp_path / "mine.zip")
    manifest = manifest_of(path)
    assert manifest.graph == digest_of(contents(path)["graph.json"])
    assert [(entry.size, entry.digest) for entry in manifest.files] == [(4, digest_of(b"same"))]
    assert manifest.versions == versions()
    assert set(manifest.versions) == {"noiseloom", "python", "torch"}
    package = manifest.packages[0]
    assert (package.name, package.distribution) == ("toys", "")
    assert [(node.type, node.version) for node in package.nodes] == [("toys.making.knobs", 1), ("toys.making.word", 1)]
    assert len({node.code for node in package.nodes}) == 1, "both are declared in one file"


def test_packing_twice_gives_equal_bytes_whenever_and_wherever_the_files_were_made(
    folder: Path, tmp_path: Path
) -> None:
    first = packed(graph(**pictured("a b.txt", "sub/a_b.txt")), folder, tmp_path / "first.zip")
    os.utime(folder / "a b.txt", (1, 1))
    (folder / "a b.txt").chmod(0o600)
    moved = folder.rename(tmp_path / "elsewhere")
    backwards = dict(reversed(list(pictured("a b.txt", "sub/a_b.txt").items())))
    second = packed(graph(**backwards), moved, tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none.txt", Code.FILE_MISSING),
        ("../outside.txt", Code.FILE_FORBIDDEN),
        ("sub", Code.FILE_KIND),
        ("a b.md", Code.FILE_KIND),
    ],
)
def test_a_graph_with_faults_in_its_files_is_refused_with_the_faults(
    folder: Path, tmp_path: Path, name: str, code: Code
) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "a b.md").write_text("")
    with pytest.raises(GraphError) as caught:
        packed(graph(**pictured("a b.txt", name)), folder, tmp_path / "mine.zip")
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [(code, "n1.picture")]
    assert not (tmp_path / "mine.zip").exists()


def test_other_faults_do_not_stop_a_pack_so_that_a_broken_graph_can_be_shown(folder: Path, tmp_path: Path) -> None:
    broken = toy("making.knobs", params={"count": -1, "picture": "plain text"}, nothing="nowhere")
    assert "graph.json" in contents(packed(graph(n=broken), folder, tmp_path / "mine.zip"))


def test_a_file_that_is_there_is_never_replaced(folder: Path, tmp_path: Path) -> None:
    taken = tmp_path / "mine.zip"
    taken.write_text("mine")
    with pytest.raises(InputError, match="already"):
        packed(graph(), folder, taken)
    assert taken.read_text() == "mine"


def test_a_pack_that_cannot_be_written_says_so(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        packed(graph(), folder, tmp_path / "nowhere" / "mine.zip")


@pytest.mark.parametrize("change", ["same length", "longer"])
def test_a_file_that_changes_while_it_is_packed_leaves_no_pack(folder: Path, tmp_path: Path, change: str) -> None:
    pack = make_pack(Opened(graph(**pictured("a b.txt")), places(folder)), toys())
    (folder / "a b.txt").write_text("EMAS" if change == "same length" else "same and more")
    with pytest.raises(InputError, match="changed while it was packed"):
        write_pack(pack, tmp_path / "mine.zip")
    assert not (tmp_path / "mine.zip").exists()


def test_the_manifest_is_sorted_json(folder: Path, tmp_path: Path) -> None:
    text = contents(packed(graph(), folder, tmp_path / "mine.zip"))["pack.json"]
    assert text.decode() == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
