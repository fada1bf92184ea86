"""Whatever happens to the store, a run gives the bytes of an undisturbed one, and afterwards the store is whole."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from graphs.document.model import Document
from graphs.running.events import Started
from graphs.running.run import run
from graphs.store.blobs import Blobs
from graphs.store.disk import FORMAT
from graphs.store.store import Store
from tests.graphs.running.disturbed import (
    ACTIONS,
    FILES,
    Bytes,
    blobs,
    change_rows,
    damage,
    fresh,
    miscount,
    mixture,
    notes,
    outcome,
    ran,
)
from tests.graphs.running.runs import Runs, amount, planned
from tests.graphs.store.contents import opened, statements
from tests.graphs.toyshop import graph, toy


@pytest.fixture(scope="module")
def undisturbed() -> dict[float, Bytes]:
    return {value: fresh(value) for value in (1.0, 2.0)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store that has all results of the mixture."""
    path = tmp_path / "store"
    with Store(path) as store:
        outcome(Runs(), mixture(), store)
    assert len(blobs(path)) == 2
    return path


def healed(folder: Path, expected: Bytes, value: float = 1.0) -> None:
    """Nothing is damaged, and nothing is left to compute."""
    with Store(folder) as store:
        found, told = outcome(Runs(), mixture(value), store)
        assert found == expected
        assert ran(told) == []
        assert notes(told) == []
        assert store.disk is not None
        store.disk.verify()  # takes out what no run looked at
        assert store.disk.verify().damaged == 0
    with Store(folder) as store:
        assert ran(outcome(Runs(), mixture(value), store)[1]) == []


@pytest.mark.parametrize("kind", FILES)
def test_damaged_contents_are_computed_again(
    runs: Runs, folder: Path, kind: str, undisturbed: dict[float, Bytes]
) -> None:
    damage(folder, kind)
    with Store(folder) as store:
        found, told = outcome(runs, mixture(), store)
    assert found == undisturbed[1.0]
    assert {"pile", "last", "same"} <= set(ran(told))
    assert notes(told) == []
    healed(folder, found)


@pytest.mark.parametrize("kind", FILES)
def test_contents_damaged_after_the_plan_are_computed_again(
    runs: Runs, folder: Path, kind: str, undisturbed: dict[float, Bytes]
) -> None:
    with Store(folder) as store:
        found, told = outcome(runs, mixture(2.0), store, lambda: damage(folder, kind))
    assert found == undisturbed[2.0]
    assert {"pile", "halves", "machine"} <= set(ran(told))
    assert notes(told) == []
    healed(folder, found, 2.0)


@pytest.mark.parametrize("kind", ["one byte changed", "deleted"])
def test_targets_damaged_after_the_plan_are_computed_again_where_memory_lets_them_go(
    runs: Runs, folder: Path, kind: str, undisturbed: dict[float, Bytes]
) -> None:
    with Store(folder, memory_limit=0) as store:
        found, told = outcome(runs, mixture(), store, lambda: damage(folder, kind))
    assert found == undisturbed[1.0]
    assert {"last", "same"} <= set(ran(told))
    healed(folder, found)


def test_each_damaged_content_alone_is_computed_again(folder: Path, undisturbed: dict[float, Bytes]) -> None:
    with closing(sqlite3.connect(folder / "index.sqlite")) as index:
        digests = [digest for (digest,) in index.execute("SELECT digest FROM contents")]
    assert len(digests) > 5
    for digest in digests:
        for value, expected in undisturbed.items():
            with Store(folder, memory_limit=0) as store:
                assert store.disk is not None
                disk = store.disk
                found, told = outcome(Runs(), mixture(value), store, partial(disk.forget, [digest]))
                assert found == expected
                ran(told)
            healed(folder, expected, value)


@pytest.mark.parametrize("kind", ACTIONS)
@pytest.mark.parametrize("value", [1.0, 2.0])
def test_what_is_known_of_nodes_may_be_wrong(
    runs: Runs, folder: Path, kind: str, value: float, undisturbed: dict[float, Bytes]
) -> None:
    change_rows(folder, ACTIONS[kind])
    with Store(folder) as store:
        found, told = outcome(runs, mixture(value), store)
    assert found == undisturbed[value]
    assert ran(told)
    healed(folder, found, value)


@pytest.mark.parametrize("more", [True, False])
def test_what_is_known_of_a_node_that_depends_may_name_too_many_or_too_few(
    runs: Runs, tmp_path: Path, *, more: bool
) -> None:
    nodes = {"one": amount(2), "whim": toy("working.whim", amount="one"), "pile": toy("working.pile", amount="whim")}
    document = graph(**nodes, halves=toy("mixing.split", basket="pile"), end=toy("mixing.add", left="halves.high"))
    with Store(tmp_path) as store:
        expected, _ = outcome(runs, document, store)
    miscount(tmp_path, more)
    for again in (["whim", "halves"], ["whim"]):
        with Store(tmp_path) as store:
            found, told = outcome(runs, document, store)
            assert found == expected
            assert ran(told) == again


INDEXES = {
    "cut in the header": lambda path: path.write_bytes(path.read_bytes()[:50]),
    "cut in half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "rubbish": lambda path: path.write_bytes(b"\x93rubbish" * 5_000),
    "rubbish after the first page": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\x93" * 40_000),
}


@pytest.mark.parametrize("after_the_plan", [False, True])
@pytest.mark.parametrize("kind", INDEXES)
def test_a_damaged_index_is_said_once_and_healed(
    runs: Runs, folder: Path, kind: str, undisturbed: dict[float, Bytes], *, after_the_plan: bool
) -> None:
    def spoil() -> None:
        INDEXES[kind](folder / "index.sqlite")

    if not after_the_plan:
        spoil()
    with Store(folder) as store:
        found, told = outcome(runs, mixture(2.0), store, spoil if after_the_plan else lambda: None)
        again, retold = outcome(runs, mixture(2.0), store)
    assert found == again == undisturbed[2.0]
    ran(told)
    assert ["was damaged and is begun anew" in note for note in notes(told)] == [True]
    assert notes(retold) == []
    outcome(runs, mixture(), Store(folder))
    healed(folder, undisturbed[1.0])


def test_a_newer_index_is_done_without(runs: Runs, folder: Path, undisturbed: dict[float, Bytes]) -> None:
    change_version = f"PRAGMA user_version = {FORMAT + 1}"
    with closing(sqlite3.connect(folder / "index.sqlite")) as index:
        index.execute(change_version)
    with Store(folder) as store:
        found, told = outcome(runs, mixture(), store)
    assert found == undisturbed[1.0]
    assert ["newer Noiseloom" in note for note in notes(told)] == [True]
    with closing(sqlite3.connect(folder / "index.sqlite")) as index:
        assert index.execute("PRAGMA user_version").fetchone() == (FORMAT + 1,)


def test_a_store_that_cannot_be_reached_is_said_once(
    runs: Runs, tmp_path: Path, undisturbed: dict[float, Bytes]
) -> None:
    (tmp_path / "file").write_text("mine")
    with Store(tmp_path / "file" / "store", memory_limit=0) as store:
        found, told = outcome(runs, mixture(), store)
        assert found == undisturbed[1.0]
        assert ["cannot be used" in note for note in notes(told)] == [True]
        found, told = outcome(runs, mixture(), store)
        assert found == undisturbed[1.0]
        assert notes(told) == []


def test_a_busy_store_is_read_and_each_run_says_once_that_it_cannot_be_written(
    runs: Runs, folder: Path, undisturbed: dict[float, Bytes]
) -> None:
    with opened(folder) as other, Store(folder, busy_seconds=0.0) as store:
        other.execute("BEGIN EXCLUSIVE")
        for value in (2.0, 3.0):
            found, told = outcome(runs, mixture(value), store)
            assert found == undisturbed.get(value, found)
            assert "pile" not in ran(told)
            assert ["database is locked" in note for note in notes(told)] == [True]
        other.execute("ROLLBACK")
        found, told = outcome(runs, mixture(4.0), store)
        assert notes(told) == []
    healed(folder, found, 4.0)


@pytest.mark.parametrize("after", [0, 1])
def test_a_full_disk_is_said_once(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[float, Bytes], after: int
) -> None:
    left = [after]
    write = Blobs.write

    def full(found: Blobs, digest: str, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(found, digest, content)

    with monkeypatch.context() as patched, Store(tmp_path, memory_limit=0) as store:
        patched.setattr("graphs.store.store.WORTH_WRITING", 0.0)
        patched.setattr(Blobs, "write", full)
        found, told = outcome(runs, mixture(), store)
        assert found == undisturbed[1.0]
        assert ["No space left" in note for note in notes(told)] == [True]
    with Store(tmp_path) as store:
        found, told = outcome(runs, mixture(), store)
        assert found == undisturbed[1.0]
        assert len(ran(told)) < len(mixture().nodes)
    healed(tmp_path, found)


def test_a_full_index_is_said_once(runs: Runs, folder: Path, undisturbed: dict[float, Bytes]) -> None:
    with Store(folder) as store:
        assert store.disk is not None
        (pages,) = store.disk.index.execute("PRAGMA page_count").fetchone()
        store.disk.index.execute(f"PRAGMA max_page_count = {pages}")
        found, told = outcome(runs, _many(), store)
        assert len(found) == 300
        assert ["is full" in note for note in notes(told)] == [True]
        assert not [name for name in ran(told) if name == "one"]
    healed(folder, undisturbed[1.0])


def _many() -> Document:
    nodes = {f"n{number}": toy("working.pile", amount="one", params={"count": 100 + number}) for number in range(300)}
    return graph(one=amount(2), **nodes)


def _chain(size: int) -> Document:
    nodes = {f"n{number}": toy("mixing.more", amount=f"n{number - 1}") for number in range(1, size)}
    return graph(n0=amount(1), **nodes)


def test_a_chain_of_a_thousand_takes_few_statements(tmp_path: Path) -> None:
    document = _chain(1_000)
    plan = planned(document, place="chain.json")
    for expected, kind, most in ((1_000, "BEGIN", 6), (0, "", 8)):
        with Store(tmp_path) as store:
            assert store.disk is not None
            with statements(store.disk.index, kind) as made:
                told = list(run(plan, store, Runs().executors(plan.catalogue)))
                assert sum(isinstance(event, Started) for event in told) == expected
                assert made() <= most
