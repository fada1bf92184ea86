"""A store that cannot be written, reached or trusted: it says so once, works without, and heals."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from graphs.store.blobs import Blobs
from graphs.store.disk import FORMAT, Disk
from graphs.store.records import Action, Memory, Verified
from graphs.store.store import Store
from tests.graphs.store.contents import LARGE, content, keep, opened

KEYS = [hashlib.blake2b(bytes([number])).hexdigest() for number in range(64)]
SIZES = {key: 10 * number if number < 60 else LARGE + number for number, key in enumerate(KEYS)}
"""Contents by the keys of what gave them: no changed byte makes one key into another."""


def filled(folder: Path) -> dict[str, str]:
    """A store with contents and memories; the digests by name."""
    with contextlib.closing(Disk(folder)) as disk:
        digests = keep(disk, SIZES)
        disk.remember(Memory("g", name, name, "{}", "never run", 1.0) for name in SIZES)
        disk.remember_file("file", "mark", "digest")
    return digests


def use(store: Store) -> dict[str, str]:
    """Do all that a run does: look up, read, make what is missing, keep it. The digest of each."""
    store.foresee("g")
    found = {name: action.outputs[0] for name, action in store.find(SIZES).items() if name in SIZES}
    sound = store.sound(found.values()) & store.present(found.values())
    store.remembered("g", list(SIZES))
    for name, size in SIZES.items():
        digest, parts = content(name, size)
        if found.get(name) not in sound:
            store.keep(Action(name, (digest,), 1.0), [(digest, parts)])
            found[name] = digest
        assert store.get(found[name]) == parts
    store.remember("g", [Memory("g", name, name, "{}", "again", 2.0) for name in SIZES])
    store.settle()
    return found


def heals(folder: Path, digests: dict[str, str]) -> list[str]:
    """Use a store whatever is wrong with it; afterwards everything is there. What it had to say."""
    with Store(folder) as store:
        assert use(store) == digests
        notes = store.take_notes()
    with Store(folder) as store:
        assert {name: action.outputs[0] for name, action in store.find(SIZES).items()} == digests
        assert store.sound(digests.values()) == set(digests.values())
        assert store.take_notes() == []
        assert store.disk is not None
        found = store.disk.verify()
        assert found.good >= len(digests)
        assert found.damaged == 0
    return notes


def rubbish(path: Path) -> None:
    path.write_bytes(random.Random(0).randbytes(path.stat().st_size))  # noqa: S311 - repeatable, not secret


def folder_instead(path: Path) -> None:
    path.unlink()
    (path / "inner").mkdir(parents=True)


def other_tables(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as index:
        index.executescript(f"CREATE TABLE contents(digest, name); PRAGMA user_version = {FORMAT};")


def later_pages(path: Path) -> None:
    kept = path.read_bytes()[:4096]
    path.write_bytes(kept + b"\xff" * (path.stat().st_size - len(kept)))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "cut in a page": lambda path: path.write_bytes(path.read_bytes()[:5_000]),
    "cut in the header": lambda path: path.write_bytes(path.read_bytes()[:50]),
    "rubbish": rubbish,
    "rubbish after the first page": later_pages,
    "a text": lambda path: path.write_text("this is no index"),
    "a folder": folder_instead,
    "another program's tables": other_tables,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_set_aside_and_begun_anew(tmp_path: Path, damage: str) -> None:
    digests = filled(tmp_path)
    index = tmp_path / "index.sqlite"
    DAMAGES[damage](index)
    (note,) = heals(tmp_path, digests)
    assert note.endswith("was damaged and is begun anew")
    assert index.with_suffix(".damaged").exists()


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_index_that_is_damaged_twice_is_set_aside_twice(tmp_path: Path, damage: str) -> None:
    digests = filled(tmp_path)
    for change in (DAMAGES["a folder"], DAMAGES[damage]):
        change(tmp_path / "index.sqlite")
        assert len(heals(tmp_path, digests)) == 1


def test_an_empty_index_or_none_is_filled_again(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    (tmp_path / "index.sqlite").write_bytes(b"")
    assert heals(tmp_path, digests) == []
    (tmp_path / "index.sqlite").unlink()
    assert heals(tmp_path, digests) == []


@pytest.mark.parametrize("rest", ["-wal", "-shm"])
def test_rubbish_beside_the_index_is_passed_over(tmp_path: Path, rest: str) -> None:
    digests = filled(tmp_path)
    (tmp_path / f"index.sqlite{rest}").write_bytes(b"\x9d" * 50_000)
    assert heals(tmp_path, digests) == []


def test_what_another_index_left_behind_does_no_harm(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    other = tmp_path / "other"
    with contextlib.closing(Disk(other)) as disk:
        keep(disk, {"x": 10})
        (tmp_path / "index.sqlite-wal").write_bytes((other / "index.sqlite-wal").read_bytes())
    heals(tmp_path, digests)


def test_bytes_changed_anywhere_in_the_index_do_no_harm(tmp_path: Path) -> None:
    digests = filled(tmp_path / "sound")
    whole = (tmp_path / "sound" / "index.sqlite").read_bytes()
    draw = random.Random(3)  # noqa: S311 - repeatable, not secret
    noted = 0
    for number in range(60):
        folder = tmp_path / str(number)
        folder.mkdir()
        content = bytearray(whole)
        begin = draw.randrange(len(content))
        for place in range(begin, min(begin + draw.choice([1, 1, 30, 3_000]), len(content))):
            content[place] ^= draw.randrange(1, 256)
        (folder / "index.sqlite").write_bytes(content)
        with Store(folder) as store:
            assert use(store) == digests
            noted += bool(store.take_notes())
        with Store(folder) as store:
            assert use(store) == digests
    assert 0 < noted < 60


def change_rows(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with opened(folder) as index:
            assert index.execute(statement).rowcount > 0

    return change


ROWS = {
    "bodies of another type": "UPDATE contents SET body = 'a text' WHERE body IS NOT NULL",
    "bodies emptied": "UPDATE contents SET body = x'' WHERE body IS NOT NULL",
    "bodies cut": "UPDATE contents SET body = substr(body, 1, length(body) - 1) WHERE body IS NOT NULL",
    "bodies of others": "UPDATE contents SET body = (SELECT body FROM contents WHERE body IS NOT NULL LIMIT 1)",
    "bodies gone": "UPDATE contents SET body = NULL",
    "contents gone": "DELETE FROM contents",
    "sizes of another type": "UPDATE contents SET size = 'large'",
    "uses of another type": "UPDATE contents SET used = 'never'",
    "outputs that name nothing": "UPDATE actions SET outputs = 'nothing'",
    "outputs that are empty": "UPDATE actions SET outputs = ''",
    "outputs of another type": "UPDATE actions SET outputs = x'ff00'",
    "outputs that are no text": "UPDATE actions SET outputs = CAST(x'ff00' AS TEXT)",
    "seconds of another type": "UPDATE actions SET seconds = 'long'",
    "actions used in another type": "UPDATE actions SET used = 'never'",
    "rows evaluated that are many": "UPDATE actions SET nfe = 'all'",
    "memories of another type": "UPDATE history SET at = 'yesterday', recipe = x'00'",
    "files of another type": "UPDATE files SET digest = x'00'",
}


@pytest.mark.parametrize("damage", ROWS)
def test_changed_rows_are_misses_and_are_written_anew(tmp_path: Path, damage: str) -> None:
    digests = filled(tmp_path)
    change_rows(ROWS[damage])(tmp_path)
    heals(tmp_path, digests)


def test_an_index_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    with opened(tmp_path) as index:
        index.execute(f"PRAGMA user_version = {FORMAT + 1}")
        index.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with Store(tmp_path) as store:
        use(store)
        (note,) = store.take_notes()
        assert "written by a newer Noiseloom (format 2, this one knows 1)" in note
        assert note.endswith("this run goes on without it")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path: text for path, text in after.items() if path.suffix not in (".sqlite-wal", ".sqlite-shm")} == before


def test_an_index_that_is_taken_away_while_it_is_open_is_begun_anew(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as store:
        for path in tmp_path.glob("index.*"):
            path.unlink()
        assert use(store) == digests
        store.remember("g", [Memory("g", "a", "b", "{}", "", 1.0)])
        assert store.disk is not None
        assert store.disk.remembered("g", ["a"])
        assert store.take_notes() == []
    heals(tmp_path, digests)


def test_an_index_that_is_damaged_while_it_is_open_is_set_aside(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as store:
        DAMAGES["rubbish after the first page"](tmp_path / "index.sqlite")
        assert use(store) == digests
        assert len(store.take_notes()) == 1
    assert heals(tmp_path, digests) == []


def test_of_two_that_find_the_same_damage_one_sets_it_aside(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as first, Store(tmp_path) as second:
        DAMAGES["rubbish after the first page"](tmp_path / "index.sqlite")
        assert use(first) == use(second) == digests
        assert len(first.take_notes()) == len(second.take_notes()) == 1
        assert first.disk is not None
        assert first.disk.size().contents == len(digests)
    assert heals(tmp_path, digests) == []


def test_a_store_below_a_file_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with Store(tmp_path / "file" / "store") as store:
        found = use(store)
        (note,) = store.take_notes()
        assert note.startswith(f"the store in {tmp_path / 'file' / 'store'} cannot be used: ")
        assert use(store) == found
        assert store.take_notes() == []


def test_a_store_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as store:
        assert store.disk is not None
        store.disk.index.execute("UPDATE actions SET used = 0")
        store.disk.index.execute("PRAGMA query_only = ON")
        assert use(store) == digests
        assert store.find(SIZES).keys() == SIZES.keys()
        (note,) = store.take_notes()
        assert note.startswith("the store cannot be written: attempt to write a readonly database")
        assert note.endswith("new results are kept in memory only")


def test_damage_in_a_store_that_may_only_be_read_is_a_miss(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as store:
        assert store.disk is not None
        store.disk.blobs.path(digests[KEYS[-1]]).write_bytes(b"")
        store.disk.index.execute("PRAGMA query_only = ON")
        assert use(store) == digests
        assert len(store.take_notes()) == 1
    heals(tmp_path, digests)


def test_a_busy_store_is_read_and_said_to_be_busy_once(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with opened(tmp_path) as other, Store(tmp_path, busy_seconds=0.0) as store:
        other.execute("UPDATE actions SET used = 0")
        other.execute("BEGIN EXCLUSIVE")
        assert use(store) == digests
        (note,) = store.take_notes()
        assert note == "the store cannot be written: database is locked; new results are kept in memory only"
        other.execute("ROLLBACK")
        store.remember("g", [Memory("g", "a", "b", "{}", "", 1.0)])  # the next run tries again
        assert store.remembered("g", ["a"])
        assert store.take_notes() == []


def test_a_store_that_another_holds_for_itself_is_done_without(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with opened(tmp_path) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("UPDATE actions SET used = used")
        with Store(tmp_path, busy_seconds=0.0) as store:
            assert use(store) == digests
            (note,) = store.take_notes()
            assert "cannot be used: database is locked" in note
    assert heals(tmp_path, digests) == []


def test_a_full_index_is_said_once_and_what_it_has_stays(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with Store(tmp_path) as store:
        assert store.disk is not None
        (pages,) = store.disk.index.execute("PRAGMA page_count").fetchone()
        store.disk.index.execute(f"PRAGMA max_page_count = {pages}")
        many = {f"more{number}": content(f"more{number}", 10_000) for number in range(100)}
        for name, (digest, parts) in many.items():
            store.keep(Action(name, (digest,), 1.0), [(digest, parts)])
        assert all(store.get(digest) == parts for digest, parts in many.values())
        (note,) = store.take_notes()
        assert note.startswith("the store cannot be written: database or disk is full")
        assert use(store) == digests
    heals(tmp_path, digests)


@pytest.mark.parametrize("after", [0, 2])
def test_a_full_disk_is_said_once_and_what_it_has_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    written: list[str] = []
    write = Blobs.write

    def full(blobs: Blobs, digest: str, content: bytes) -> None:
        if len(written) >= after:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(digest)
        write(blobs, digest, content)

    digests = {name: content(name, size)[0] for name, size in SIZES.items()}
    with monkeypatch.context() as patched, Store(tmp_path) as store:
        patched.setattr(Blobs, "write", full)
        assert use(store) == digests
        (note,) = store.take_notes()
        assert "No space left on device" in note
    assert heals(tmp_path, digests) == []


def test_what_is_left_of_a_write_that_was_cut_off_is_a_stray(tmp_path: Path) -> None:
    digests = filled(tmp_path)
    with contextlib.closing(Disk(tmp_path)) as disk:
        (disk.blobs.folder / "ab").mkdir(exist_ok=True)
        part = disk.blobs.folder / "ab" / "tmpxyz.part"
        part.write_bytes(b"half")
        assert disk.verify() == Verified(len(digests), 0, 0)
        os.utime(part, (0, 0))
        assert disk.verify() == Verified(len(digests), 0, 1)
        assert not part.exists()
