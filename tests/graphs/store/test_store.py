"""The store: memory before disk, batches, pins, and the digests of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphs.store.disk import Disk
from graphs.store.records import Action, Memory
from graphs.store.store import BATCH, BATCH_BYTES, WORTH_WRITING, Store
from tests.graphs.store.contents import LARGE, content, opened, statements


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "store") as made:
        yield made


def index_of(store: Store) -> Disk:
    """The disk of a store that has one."""
    assert store.disk is not None
    return store.disk


def keep(store: Store, name: str, size: int = 0, seconds: float = 0.0) -> str:
    """Keep what an action of that name gave; its digest."""
    digest, parts = content(name, size)
    store.keep(Action(name, (digest,), seconds), [(digest, parts)])
    return digest


def on_disk(store: Store) -> int:
    """How many actions another process finds."""
    with opened(index_of(store).folder) as index:
        return int(index.execute("SELECT count(*) FROM actions").fetchone()[0])


def test_a_store_without_a_folder_keeps_results_while_it_lives() -> None:
    store = Store()
    digest = keep(store, "a", LARGE, 10.0)
    assert store.get(digest) == content("a", LARGE)[1]
    assert store.find(["a", "b"]).keys() == {"a"}
    assert store.disk is None
    store.close()
    assert store.take_notes() == []


def test_results_outlive_the_store_that_kept_them(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        digests = [keep(store, "a"), keep(store, "b", LARGE)]
    with Store(tmp_path / "store") as store:
        assert [action.outputs[0] for action in store.find(["a", "b"]).values()] == digests
        assert store.present([*digests, "unknown"]) == set(digests)
        assert store.sound([*digests, "unknown"]) == set(digests)
        assert [store.get(digest) for digest in digests] == [content("a")[1], content("b", LARGE)[1]]


def test_short_work_waits_for_a_batch_and_long_work_is_written_at_once(store: Store) -> None:
    keep(store, "short", seconds=WORTH_WRITING * 0.6)
    assert on_disk(store) == 0
    keep(store, "another", seconds=WORTH_WRITING * 0.6)
    assert on_disk(store) == 2
    keep(store, "third", seconds=WORTH_WRITING * 0.6)
    assert on_disk(store) == 2
    keep(store, "long", seconds=WORTH_WRITING)
    assert on_disk(store) == 4


def test_many_results_and_many_bytes_are_written_at_once(store: Store) -> None:
    with statements(index_of(store).index, "BEGIN") as begun:
        for number in range(BATCH):
            keep(store, f"n{number}")
        assert on_disk(store) == BATCH
        keep(store, "big", BATCH_BYTES)
        assert on_disk(store) == BATCH + 1
        assert begun() == 2


def test_what_waits_is_found_before_it_is_written(store: Store) -> None:
    store.recent.limit = 0
    digest = keep(store, "a", LARGE)
    assert digest not in store.recent
    assert store.present([digest]) == store.sound([digest]) == {digest}
    assert store.get(digest) == content("a", LARGE)[1]
    assert on_disk(store) == 0


def test_what_memory_let_go_is_read_from_disk(store: Store) -> None:
    store.recent.limit = 2 * LARGE
    digests = [keep(store, name, LARGE) for name in "abcd"]
    store.flush()
    assert [digest in store.recent for digest in digests] == [False, False, False, True]
    assert store.get(digests[0]) == content("a", LARGE)[1]
    assert digests[0] in store.recent


def test_what_is_in_memory_needs_no_statement(store: Store) -> None:
    digests = [keep(store, name, LARGE) for name in "abcd"]
    store.flush()
    with statements(index_of(store).index) as asked:
        store.find("abcd")
        store.sound(digests)
        store.present(digests)
        for digest in digests:
            store.get(digest)
        assert asked() == 0


def test_sound_reads_and_present_only_asks(store: Store) -> None:
    digest = keep(store, "a", LARGE)
    store.flush()
    store.recent.remove(digest)
    index_of(store).blobs.path(digest).write_bytes(b"")
    assert store.present([digest]) == {digest}
    assert store.sound([digest]) == set()
    assert store.present([digest]) == set()


def test_pins_count(store: Store) -> None:
    store.recent.limit = LARGE
    first = content("a", LARGE)[0]
    store.pin([first])
    store.pin([first])
    keep(store, "a", LARGE)
    store.unpin([first])
    keep(store, "b", LARGE)
    assert first in store.recent
    store.unpin([first])
    keep(store, "c", LARGE)
    assert first not in store.recent


def test_settle_lets_go_what_is_beyond_the_limit_but_for_pins(tmp_path: Path) -> None:
    with Store(tmp_path / "store", disk_limit=3 * LARGE) as store:
        digests = [keep(store, name, LARGE) for name in "abcdef"]
        store.pin(digests[:1])
        store.settle()
        kept = index_of(store).present(digests)
        assert digests[0] in kept
        assert len(kept) == 2


def test_what_takes_half_of_all_room_is_not_written(tmp_path: Path) -> None:
    with Store(tmp_path / "store", disk_limit=LARGE) as store:
        digest = keep(store, "a", LARGE)
        store.flush()
        assert index_of(store).present([digest]) == set()
        assert store.get(digest) == content("a", LARGE)[1]
        assert on_disk(store) == 1


def test_the_most_seconds_of_a_batch_count_for_a_content(store: Store) -> None:
    for seconds in (0.1, 0.0):
        keep(store, "a", seconds=seconds)
    store.flush()
    assert index_of(store).index.execute("SELECT seconds FROM contents").fetchone()[0] == 0.1


def test_what_is_spoiled_is_gone_everywhere(store: Store) -> None:
    digests = [keep(store, "a", LARGE), keep(store, "b")]
    store.flush()
    digests.append(keep(store, "c"))
    store.spoil(digests)
    store.flush()
    assert store.present(digests) == set()
    assert [store.get(digest) for digest in digests] == [None] * 3


def test_what_is_only_held_never_reaches_the_disk(store: Store) -> None:
    store.hold([content("a")])
    store.flush()
    assert store.get(content("a")[0]) is not None
    assert index_of(store).size().contents == 0


def test_memories_are_kept_and_nothing_is_no_statement(store: Store) -> None:
    memory = Memory("g", "a", "key", "{}", "never run", 1.0)
    store.remember("g", [memory])
    assert store.remembered("g", ["a", "b"]) == {"a": memory}
    with statements(index_of(store).index) as asked:
        store.remember("", [])
        assert asked() == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(b"content")
    os.utime(path, (1_000, 1_000))
    return path


def never(path: Path, mode: str = "") -> None:
    """In place of opening a file."""
    raise AssertionError(f"{path} was opened again")


def test_a_file_is_digested_once_as_long_as_it_is_the_same(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path / "store") as store:
        digest = store.file_digest(file)
    monkeypatch.setattr(Path, "open", never)
    with Store(tmp_path / "store") as store:
        assert store.file_digest(file) == digest
        with statements(index_of(store).index) as asked:
            assert store.file_digest(file) == digest
            assert asked() == 0


def test_a_file_is_digested_again_when_size_time_or_inode_change(store: Store, file: Path) -> None:
    first = store.file_digest(file)
    file.write_bytes(b"another")
    os.utime(file, (1_000, 1_001))  # the time alone
    second = store.file_digest(file)
    file.write_bytes(b"another!")
    os.utime(file, (1_000, 1_001))  # the size alone
    third = store.file_digest(file)
    other = file.with_name("other")
    other.write_bytes(b"a third!")
    os.utime(other, (1_000, 1_001))
    other.replace(file)  # the inode alone
    fourth = store.file_digest(file)
    assert len({first, second, third, fourth}) == 4


def test_equal_files_have_one_digest_wherever_they_lie(store: Store, file: Path) -> None:
    copy = file.with_name("copy")
    copy.write_bytes(file.read_bytes())
    assert store.file_digest(copy) == store.file_digest(file)


def test_a_file_of_an_odd_name_is_digested(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "\udcff.bin"
    path.write_bytes(b"content")
    assert store.file_digest(path) == store.file_digest(path)
    assert store.take_notes() == []


def test_a_file_that_is_not_there_is_an_error_of_the_file(store: Store, file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.file_digest(file.with_name("gone"))
    assert store.take_notes() == []
