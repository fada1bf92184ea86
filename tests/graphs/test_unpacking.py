"""Opening a pack: the same graph and files, what differs is told, and hostile zips write nothing."""

from __future__ import annotations

import dataclasses
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from graphs import differences, unpacking, zips
from graphs.checking.check import check_opened
from graphs.document.model import Document
from graphs.errors import InputError
from graphs.faults import Code
from graphs.files import find_file
from graphs.manifest import PackedFile, digest_of
from graphs.opening import Opened, open_graph
from graphs.packing import make_pack, write_pack
from graphs.unpacking import packs_folder, unpack
from tests.graphs.packs import EARLIEST, contents, listing, packed, pictured, with_box, write_zip
from tests.graphs.toyshop import graph, places, toy, toys

Entries = Mapping[str, bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two texts."""
    found = tmp_path / "mine"
    found.mkdir()
    (found / "a.txt").write_text("first")
    (found / "b.txt").write_text("second")
    return found


@pytest.fixture
def pack(folder: Path, tmp_path: Path) -> Path:
    """A pack of two files."""
    return packed(graph(**pictured("a.txt", "b.txt")), folder, tmp_path / "pack.zip")


def outside(tmp_path: Path) -> set[Path]:
    """Everything below the test's folder but a person's own packs."""
    return {path for path in tmp_path.rglob("*") if packs_folder() not in (path, *path.parents)} - {
        tmp_path / "home",
        tmp_path / "home" / "workspace",
    }


def refusal(path: Path, tmp_path: Path) -> str:
    """Why a zip is refused; nothing may be left of it, in the packs' folder or elsewhere."""
    before = outside(tmp_path)
    with pytest.raises(InputError) as caught:
        open_graph(str(path), toys())
    assert str(path) in str(caught.value)
    assert outside(tmp_path) == before
    assert not packs_folder().exists() or not list(packs_folder().iterdir())
    return str(caught.value).replace(str(path), "")


def test_a_pack_opens_as_the_graph_with_its_files(pack: Path) -> None:
    opened = open_graph(str(pack), toys())
    assert opened.notes == ()
    assert not check_opened(opened, toys())
    texts = [find_file(opened.document.nodes[name].params["picture"], (), opened.files) for name in ("n0", "n1")]
    assert [path.read_text() for path in texts if isinstance(path, Path)] == ["first", "second"]
    assert opened.files.base.parent == packs_folder()


def test_packing_what_was_opened_from_a_pack_gives_the_pack_again(pack: Path, tmp_path: Path) -> None:
    write_pack(make_pack(open_graph(str(pack), toys()), toys()), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == pack.read_bytes()


def test_subgraphs_and_sweeps_find_their_files(folder: Path, tmp_path: Path) -> None:
    opened = open_graph(str(packed(with_box("a.txt"), folder, tmp_path / "box.zip")), toys())
    assert not [fault for fault in check_opened(opened, toys()) if fault.severity == "error"]


def test_a_pack_that_is_unpacked_and_whole_is_used_again_and_a_changed_one_is_unpacked_anew(pack: Path) -> None:
    base = open_graph(str(pack), toys()).files.base
    (base / "mark").write_text("")
    assert open_graph(str(pack), toys()).files.base == base
    assert (base / "mark").exists(), "it is not written again"
    (base / "files" / "a.txt").write_text("FIRST")
    assert open_graph(str(pack), toys()).files.base == base
    assert (base / "files" / "a.txt").read_text() == "first"
    assert [path.name for path in packs_folder().iterdir()] == [base.name]


@pytest.mark.parametrize("way", ["missing", "link", "file", "foreign"])
def test_a_folder_in_its_place_that_is_not_whole_is_replaced(pack: Path, tmp_path: Path, way: str) -> None:
    base = open_graph(str(pack), toys()).files.base
    inside = base / "files" / "a.txt"
    inside.unlink()
    if way == "link":
        (tmp_path / "other.txt").write_text("first")
        inside.symlink_to(tmp_path / "other.txt")
    elif way in ("file", "foreign"):
        base.rename(tmp_path / "aside")
        base.write_text("") if way == "file" else base.symlink_to(tmp_path / "aside")
    open_graph(str(pack), toys())
    assert inside.read_text() == "first"
    assert not inside.is_symlink()
    assert not base.is_symlink()


def test_a_folder_that_another_process_made_meanwhile_is_used(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = unpacking._is_whole
    looked: list[Path] = []

    def late(folder: Path, files: Mapping[str, PackedFile]) -> bool:
        looked.append(folder)
        return len(looked) > 1 and whole(folder, files)

    base = unpack(pack).folder
    monkeypatch.setattr(unpacking, "_is_whole", late)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert unpack(pack).folder == base
    assert len(looked) == 2


def changed(pack: Path, edit: Callable[[dict[str, object]], object]) -> Path:
    """The pack with its manifest edited."""
    entries = contents(pack)
    raw = json.loads(entries["pack.json"])
    edit(raw)
    return write_zip(pack.with_name("changed.zip"), {**entries, "pack.json": json.dumps(raw).encode()})


def notes(path: Path) -> list[str]:
    """What is told of a pack."""
    return list(open_graph(str(path), toys()).notes)


def first_node(raw: dict[str, object]) -> dict[str, object]:
    """The first node type of the first package."""
    packages = raw["packages"]
    assert isinstance(packages, list)
    node: dict[str, object] = packages[0]["nodes"][0]
    return node


def test_other_versions_are_noted(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = {"noiseloom": "9", "python": "9.9", "torch": "9.9.9"}
    monkeypatch.setattr(differences, "versions", lambda: here)
    assert [note.rpartition("; here it is ")[2] for note in notes(pack)] == ["9", "9.9", "9.9.9"]


def test_other_code_and_another_version_of_a_node_are_noted(pack: Path) -> None:
    path = changed(pack, lambda raw: first_node(raw).update(code="0", version=7))
    assert notes(path) == [
        "toys.making.knobs is version 1 here, and version 7 in the pack",
        "toys.making.knobs: the code here is not that of a folder of nodes called 'toys', with which the pack was made",
    ]


def test_another_asset_is_noted_and_a_missing_one_is_a_fault(folder: Path, tmp_path: Path) -> None:
    knobs = toy("making.knobs", params={"picture": "asset:pictures/mixture.png"})
    path = packed(graph(k=knobs), folder, tmp_path / "pack.zip")
    assert notes(path) == []
    entries = contents(path)
    other = entries["pack.json"].replace(json.loads(entries["pack.json"])["files"][0]["digest"].encode(), b"0")
    assert notes(write_zip(tmp_path / "other.zip", {**entries, "pack.json": other})) == [
        "the model file asset:pictures/mixture.png is another one than the pack was made with"
    ]
    gone = {name: content.replace(b"mixture.png", b"gone.png") for name, content in entries.items()}
    raw = json.loads(gone["pack.json"])
    raw["graph"] = digest_of(gone["graph.json"])
    opened = open_graph(str(write_zip(tmp_path / "gone.zip", {**gone, "pack.json": json.dumps(raw).encode()})), toys())
    assert [fault.code for fault in check_opened(opened, toys())] == [Code.FILE_MISSING]


@pytest.mark.parametrize("distribution", ["acme", ""])
def test_a_node_type_that_is_not_here_is_a_fault_and_a_note_says_where_it_is_from(
    pack: Path, distribution: str
) -> None:
    def edit(raw: dict[str, object]) -> None:
        packages = raw["packages"]
        assert isinstance(packages, list)
        packages[0] |= {"distribution": distribution, "version": "1.2" if distribution else ""}

    poorer = dataclasses.replace(toys(), nodes={})
    opened = open_graph(str(changed(pack, edit)), poorer)
    origin = "acme 1.2" if distribution else "a folder of nodes called 'toys'"
    assert [note.partition(";")[0] for note in opened.notes] == [f"toys.making.knobs: from {origin}, which is not here"]
    assert {fault.code for fault in check_opened(opened, poorer)} == {Code.UNKNOWN_TYPE}


def test_keys_of_a_later_version_are_no_hindrance(pack: Path) -> None:
    assert notes(changed(pack, lambda raw: raw.update(more={"a": 1}))) == []


HOSTILE_NAMES = [
    "../up.txt",
    "files/../../up.txt",
    "/up.txt",
    "files//up.txt",
    "files/..",
    "files/.hidden",
    "files\\..\\up.txt",
    "C:up.txt",
    "files/a/b.txt",
    "files/",
    "files/a\x00.txt",
    "files/" + "a" * 200,
    "files/ü.txt",
    "up.txt",
    "GRAPH.JSON",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_that_may_lead_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for known, content in listing().items():
            archive.writestr(known, content)
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"x")
    assert "name" in refusal(path, tmp_path)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR, stat.S_IFCHR])
def test_a_link_or_a_device_is_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in listing(a=b"/etc/passwd").items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind | 0o777) << 16 if name.startswith("files/") else 0
            archive.writestr(info, content)
    assert "link or a device" in refusal(path, tmp_path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["files/a.txt", "files/A.txt"])
def test_a_name_twice_is_refused_in_any_case_of_letters(tmp_path: Path, second: str) -> None:
    path = write_zip(tmp_path / "pack.zip", listing(a=b"x"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(second, b"y")
    assert "twice" in refusal(path, tmp_path)


def test_what_unpacks_to_far_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    bomb = listing(a=bytes(3 * 2**20))
    path = write_zip(tmp_path / "pack.zip", bomb, method=zipfile.ZIP_DEFLATED)
    assert "far more than it holds" in refusal(path, tmp_path)
    assert unpack(write_zip(tmp_path / "plain.zip", bomb)).folder.is_dir(), "stored, it is as large as it looks"


@pytest.mark.parametrize(("limit", "most"), [("LARGEST_PACK", 20), ("MOST_FILES", 3)])
def test_too_much_or_too_many_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    path = write_zip(tmp_path / "pack.zip", listing(a=b"1" * 10, b=b"2" * 10))
    monkeypatch.setattr(zips, limit, most)
    assert "too m" in refusal(path, tmp_path)


def test_entries_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "pack.zip", listing(a=b"x" * 3000))
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02", content.index(b"x" * 3000))
    end = content.index(b"PK\x05\x06")
    directory = bytes(content[start:end])
    last = directory[directory.rindex(b"PK\x01\x02") :]
    more = last.replace(b"files/a.txt", b"files/b.txt") + last.replace(b"files/a.txt", b"files/c.txt")
    entries, size = struct.unpack("<HL", content[end + 10 : end + 16])
    content[end + 8 : end + 16] = struct.pack("<HHL", entries + 2, entries + 2, size + len(more))
    path.write_bytes(bytes(content[:end]) + more + bytes(content[end:]))
    assert "overlap" in refusal(path, tmp_path).lower()


def with_flag(path: Path, offset: int, value: int) -> Path:
    """A zip with two bytes changed in every header of it: at an offset in a local one, two later in the directory's."""
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", offset), (b"PK\x01\x02", offset + 2)):
        found = content.find(mark)
        while found >= 0:
            content[found + place : found + place + 2] = struct.pack("<H", value)
            found = content.find(mark, found + 1)
    path.write_bytes(content)
    return path


def test_an_encrypted_pack_and_one_of_unknown_compression_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    assert "the pack is encrypted" in refusal(with_flag(write_zip(path, listing()), 6, 1), tmp_path)
    assert "compressed in a way" in refusal(with_flag(write_zip(path, listing()), 8, zipfile.ZIP_LZMA), tmp_path)
    assert "compressed in a way" in refusal(with_flag(write_zip(path, listing()), 8, 99), tmp_path)


def declared(path: Path, entries: Entries, size: int, other: int) -> Path:
    """A zip of these entries, deflated, with another size declared of what has that size."""
    content = write_zip(path, entries, method=zipfile.ZIP_DEFLATED).read_bytes()
    path.write_bytes(content.replace(struct.pack("<L", size), struct.pack("<L", other)))
    return path


@pytest.mark.parametrize(("other", "part"), [(4000, "damaged"), (6000, "not as large as declared")])
def test_a_file_of_another_size_than_declared_is_refused(tmp_path: Path, other: int, part: str) -> None:
    path, content = tmp_path / "pack.zip", b"0123456789" * 500
    entries = listing(a=content)
    assert "not as large as listed" in refusal(declared(path, entries, 5000, other), tmp_path)
    entries["pack.json"] = entries["pack.json"].replace(b"5000", str(other).encode())
    assert part in refusal(declared(path, entries, 5000, other), tmp_path)


def test_a_graph_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST_TEXT", 15)
    assert "the text is too large" in refusal(write_zip(tmp_path / "pack.zip", listing()), tmp_path)


@pytest.mark.parametrize("name", ["graph.json", "pack.json"])
def test_a_zip_without_a_graph_or_a_list_of_contents_is_no_pack(tmp_path: Path, name: str) -> None:
    entries = {known: content for known, content in listing().items() if known != name}
    assert f"holds no {name}" in refusal(write_zip(tmp_path / "pack.zip", entries), tmp_path)


@pytest.mark.parametrize(
    ("entries", "part"),
    [
        ({**listing(a=b"x"), "files/a.txt": b"y"}, "not the one that was packed"),
        ({**listing(a=b"x"), "files/a.txt": b"xx"}, "not as large as listed"),
        ({**listing(), "graph.json": b'{"noiseloom": 1, "name": "other"}'}, "its graph is not the one"),
        ({**listing(), "files/a.txt": b"y"}, "does not list"),
        ({name: text for name, text in listing(a=b"x").items() if name != "files/a.txt"}, "does not hold"),
        ({**listing(), "pack.json": b"{"}, "not JSON"),
        ({**listing(), "pack.json": b"[]"}, "cannot be read"),
        ({**listing(), "pack.json": b'{"pack": 1}'}, "cannot be read"),
        ({**listing(), "pack.json": b'{"pack": 2}'}, "newer Noiseloom"),
        ({**listing(a=b"x"), "pack.json": listing(a=b"x")["pack.json"].replace(b"files/a", b"../a")}, "names no file"),
        (
            {**listing(), "pack.json": listing()["pack.json"].replace(b"{}", b'{"torch": "\\u001b[2J"}')},
            "cannot be read",
        ),
    ],
)
def test_what_does_not_agree_with_itself_is_refused(tmp_path: Path, entries: Entries, part: str) -> None:
    assert part in refusal(write_zip(tmp_path / "pack.zip", entries), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"{}", b"PK\x03\x04" + bytes(40), b"PK\x05\x06" + bytes(18)])
def test_what_is_called_a_zip_and_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pack.zip"
    path.write_bytes(content)
    assert "pack" in refusal(path, tmp_path)


def test_bytes_changed_anywhere_give_the_same_graph_or_a_refusal(pack: Path, tmp_path: Path) -> None:
    source = random.Random(5)  # noqa: S311 - repeatable, not secret
    whole = pack.read_bytes()
    document = open_graph(str(pack), toys()).document
    before = outside(tmp_path)
    for _ in range(400):
        content = bytearray(whole)
        for _ in range(source.choice([1, 1, 2, 8])):
            content[source.randrange(len(content))] = source.randrange(256)
        pack.write_bytes(content[: source.choice([len(content)] * 3 + [source.randrange(len(content))])])
        try:
            opened = open_graph(str(pack), toys())
        except InputError:
            continue
        assert opened.document == document
    assert outside(tmp_path) == before
    assert len(list(packs_folder().iterdir())) == 1


def test_the_time_in_a_zip_is_the_same_everywhere(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        assert {info.date_time for info in archive.infolist()} == {EARLIEST}


def test_a_disk_that_is_full_is_told(pack: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "No space left" in refusal(pack, tmp_path)


def test_a_pack_is_known_by_its_content_when_it_is_called_otherwise(pack: Path) -> None:
    other = pack.rename(pack.with_name("shared.json"))
    opened: Opened = open_graph(str(other), toys())
    assert isinstance(opened.document, Document)
    assert opened.files.base.parent == packs_folder()
    assert places(opened.files.base).allows(opened.files.base / "files" / "a.txt")
