"""The store on disk: small and large contents, few statements, what goes first, and what is known of nodes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphs.store.disk import FORGOTTEN, SMALL, Disk
from graphs.store.records import Action, Memory, Size, Verified
from tests.graphs.store.contents import LARGE, content, files, keep, opened, statements

DAY = 86_400.0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    made = Disk(tmp_path / "store")
    yield made
    made.close()


def test_small_contents_lie_in_the_index_and_large_ones_in_files(disk: Disk) -> None:
    digests = keep(disk, {"small": 10, "edge": SMALL, "large": LARGE})
    assert [path.stem for path in files(disk.folder)] == sorted([digests["edge"], digests["large"]])
    for name, size in {"small": 10, "edge": SMALL, "large": LARGE}.items():
        assert disk.read(digests[name]) == content(name, size)[1]


def test_the_last_byte_below_the_edge_decides(disk: Disk) -> None:
    sizes = range(SMALL - 300, SMALL)
    kept = keep(disk, {f"{number:05}": number for number in sizes})
    rows = disk.index.execute("SELECT size, body IS NULL FROM contents").fetchall()
    assert {bool(outside) for _, outside in rows} == {False, True}
    assert all(bool(outside) == (size >= SMALL) for size, outside in rows)
    assert len(files(disk.folder)) == sum(outside for _, outside in rows)
    assert len(kept) == len(rows)


def test_equal_contents_are_kept_once(disk: Disk) -> None:
    for key in ("a", "b", "c"):
        disk.write([Action(key, (content("x", LARGE)[0],))], [(*content("x", LARGE), 1.0)])
    assert disk.size().contents == 1
    assert len(files(disk.folder)) == 1
    assert {action.outputs for action in disk.find(["a", "b", "c"]).values()} == {(content("x", LARGE)[0],)}


def test_a_thousand_keys_are_found_in_three_statements_and_written_in_one_transaction(disk: Disk) -> None:
    names = [f"n{number}" for number in range(1_000)]
    with statements(disk.index, "BEGIN") as begun:
        digests = keep(disk, dict.fromkeys(names, 5))
        assert begun() == 1
    with statements(disk.index) as asked:
        assert len(disk.find([*names, "unknown"])) == 1_000
        assert asked() <= 3
    with statements(disk.index) as asked:
        assert disk.present([*digests.values(), "unknown"]) == set(digests.values())
        assert dict(disk.read_all(list(digests.values()))).keys() == set(digests.values())
        assert asked() <= 6


def test_how_much_is_kept_is_known_without_looking_at_every_content(disk: Disk) -> None:
    plan = disk.index.execute("EXPLAIN QUERY PLAN SELECT coalesce(sum(size), 0) FROM contents").fetchone()
    assert "COVERING INDEX" in plan[3]
    with statements(disk.index) as asked:
        assert disk.shrink(10**9, set()) == 0
        assert asked() == 1


def test_size_counts_contents_bytes_and_actions(disk: Disk) -> None:
    assert disk.size() == Size(0, 0, 0)
    keep(disk, {"a": 10, "b": LARGE})
    found = disk.size()
    assert (found.contents, found.actions) == (2, 2)
    assert LARGE < found.bytes < LARGE + 1_000


def aged(disk: Disk, digest: str, seconds: float) -> None:
    """Make it look as if a content was used so long ago."""
    disk.index.execute("UPDATE contents SET used = ? WHERE digest = ?", (time.time() - seconds, digest))


def test_what_saved_few_seconds_a_byte_goes_first_down_to_nine_tenths_of_the_limit(disk: Disk) -> None:
    cheap = keep(disk, {f"c{number}": LARGE for number in range(6)}, seconds=0.1)
    dear = keep(disk, {f"d{number}": LARGE for number in range(6)}, seconds=100.0)
    each = disk.size().bytes // 12
    gone = disk.shrink(11 * each, set())
    assert gone == 3
    assert disk.size().bytes <= 11 * each * 0.9
    assert disk.present(list(dear.values())) == set(dear.values())
    assert len(disk.present(list(cheap.values()))) == 3
    assert len(files(disk.folder)) == 9


def test_a_large_one_goes_before_a_small_one_of_equal_seconds(disk: Disk) -> None:
    digests = keep(disk, {"small": 2_000, "large": LARGE})
    assert disk.shrink(LARGE, set()) == 1
    assert disk.present(list(digests.values())) == {digests["small"]}


def test_an_old_one_goes_before_a_new_one(disk: Disk) -> None:
    digests = keep(disk, {"old": LARGE, "new": LARGE})
    aged(disk, digests["old"], 30 * DAY)
    assert disk.shrink(LARGE * 3 // 2, set()) == 1
    assert disk.present(list(digests.values())) == {digests["new"]}


def test_what_took_long_outlives_what_is_newer(disk: Disk) -> None:
    dear, cheap = keep(disk, {"dear": LARGE}, 100.0), keep(disk, {"cheap": LARGE}, 0.1)
    aged(disk, dear["dear"], 30 * DAY)
    assert disk.shrink(LARGE * 3 // 2, set()) == 1
    assert disk.present([dear["dear"], cheap["cheap"]]) == {dear["dear"]}


def test_what_is_pinned_never_goes(disk: Disk) -> None:
    digests = keep(disk, {"run": LARGE, "person": LARGE, "nobody": LARGE})
    disk.pin("node", [digests["person"]])
    assert disk.shrink(0, {digests["run"]}) == 1
    assert disk.present(list(digests.values())) == {digests["run"], digests["person"]}


def test_the_most_seconds_that_gave_a_content_count(disk: Disk) -> None:
    long = keep(disk, {"x": LARGE}, 100.0)
    keep(disk, {"x": LARGE}, 0.001)  # handed on by a node that does next to nothing
    other = keep(disk, {"y": LARGE}, 1.0)
    disk.shrink(LARGE * 3 // 2, set())
    assert disk.present([long["x"], other["y"]]) == {long["x"]}


def test_use_is_noted_once_an_hour(disk: Disk) -> None:
    digests = keep(disk, {"a": 10})
    disk.index.execute("UPDATE actions SET used = used - 7200")
    aged(disk, digests["a"], 30 * DAY)
    with statements(disk.index, "UPDATE") as noted:
        for _ in range(3):
            disk.find(["a"])
        assert noted() == 2
    (used,) = disk.index.execute("SELECT used FROM contents").fetchone()
    assert used > time.time() - DAY


def test_actions_that_nobody_used_for_long_are_forgotten_when_there_is_no_room(disk: Disk) -> None:
    keep(disk, {"old": LARGE, "new": 10})
    disk.index.execute("UPDATE actions SET used = ? WHERE key = 'old'", (time.time() - FORGOTTEN - 1,))
    disk.shrink(100, set())
    assert set(disk.find(["old", "new"])) == {"new"}


def test_what_is_written_again_replaces_what_was_missed(disk: Disk) -> None:
    disk.write([Action("key", ("nothing", "at all"))], [])
    digests = keep(disk, {"key": 10})
    assert disk.find(["key"])["key"].outputs == (digests["key"],)
    disk.index.execute("UPDATE contents SET body = x'00'")
    keep(disk, {"key": 10})
    assert disk.read(digests["key"]) == content("key", 10)[1]


def test_what_is_forgotten_is_a_miss_and_its_file_goes(disk: Disk) -> None:
    digests = keep(disk, {"a": 10, "b": LARGE})
    disk.forget(list(digests.values()))
    assert disk.present(list(digests.values())) == set()
    assert files(disk.folder) == []
    assert set(disk.find(["a", "b"])) == {"a", "b"}


def remembered(graph: str, node: str, at: float = 0.0) -> Memory:
    """A memory of a node."""
    return Memory(graph, node, f"key of {node}", "{}", "never run", at)


def test_the_last_memory_of_each_node_of_each_graph_is_kept(disk: Disk) -> None:
    disk.remember([remembered("g", "a", 1.0), remembered("g", "b", 1.0), remembered("h", "a", 1.0)])
    disk.remember([remembered("g", "a", 2.0)])
    found = disk.remembered("g", ["a", "b", "c"])
    assert found == {"a": remembered("g", "a", 2.0), "b": remembered("g", "b", 1.0)}
    assert disk.nodes_remembered() == ["a", "b"]


NODES = (
    "inner",
    "sub/inner",
    "deep/sub/inner",
    "sub/inner[cfg=2]",
    "thinner",
    "sub/inner_2",
    "Inner",
    "in%er",
    "inner[1]",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("inner", {"inner", "sub/inner", "deep/sub/inner", "sub/inner[cfg=2]", "inner[1]"}),
        ("sub/inner", {"sub/inner", "deep/sub/inner", "sub/inner[cfg=2]"}),
        ("sub/inner[cfg=2]", {"sub/inner[cfg=2]"}),
        ("inner[1]", {"inner[1]"}),
        ("inner_2", {"sub/inner_2"}),
        ("in_er", set()),
        ("in%er", {"in%er"}),
        ("inner[", set()),
        ("", set()),
    ],
)
def test_a_node_is_recalled_by_its_path_its_last_names_or_its_cell(disk: Disk, asked: str, found: set[str]) -> None:
    disk.remember([remembered("g", node) for node in NODES])
    assert {memory.node for memory in disk.recall(asked)} == found


def test_the_newest_memory_is_recalled_first(disk: Disk) -> None:
    disk.remember([remembered("g", "a", 1.0), remembered("h", "a", 3.0), remembered("i", "a", 2.0)])
    assert [memory.graph for memory in disk.recall("a")] == ["h", "i", "g"]
    disk.visit("g")
    assert [memory.graph for memory in disk.recall("a")] == ["g", "h", "i"]


def test_what_a_graph_had_last_is_foreseen_in_two_statements(disk: Disk) -> None:
    names = [f"n{number}" for number in range(1_000)]
    keep(disk, {f"key of {name}": 5 for name in names})
    disk.remember([remembered("g", name) for name in [*names, "dropped"]])
    with statements(disk.index) as asked:
        actions, answered = disk.foresee("g")
        assert asked() == 2
    assert actions.keys() == {f"key of {name}" for name in names}
    assert answered.keys() == {*names, "dropped"}
    assert disk.foresee("h") == ({}, {})


def test_names_that_are_no_text_are_kept_as_any_other(disk: Disk) -> None:
    odd = "folder/\udcff.json"
    disk.remember([remembered(odd, "a")])
    assert [memory.node for memory in disk.remembered(odd, ["a"]).values()] == ["a"]
    assert disk.foresee(odd)[0] == {}
    disk.remember_file(odd, "mark", "digest")
    assert disk.file_digest(odd, "mark") == "digest"
    assert disk.recall(odd) == []


def test_a_file_is_known_by_its_mark(disk: Disk) -> None:
    disk.remember_file("a", "1", "first")
    disk.remember_file("a", "2", "second")
    assert [disk.file_digest(*asked) for asked in (("a", "1"), ("a", "2"), ("b", "2"))] == [None, "second", None]


def test_verify_takes_out_what_is_damaged_and_nothing_else(disk: Disk) -> None:
    digests = keep(disk, {"a": 10, "b": LARGE, "c": 10, "d": LARGE})
    disk.index.execute("UPDATE contents SET body = x'00' WHERE digest = ?", (digests["a"],))
    disk.blobs.path(digests["b"]).write_bytes(b"foreign")
    assert disk.verify() == Verified(2, 2, 0)
    assert disk.verify() == Verified(2, 0, 0)
    assert disk.present(list(digests.values())) == {digests["c"], digests["d"]}


def test_an_index_begun_anew_counts_the_files_that_are_there(disk: Disk) -> None:
    digests = keep(disk, {"a": LARGE, "b": LARGE, "small": 10})
    disk.close()
    disk.path.unlink()
    with closing(Disk(disk.folder)) as again:
        assert again.size().contents == 2
        assert again.read(digests["a"]) == content("a", LARGE)[1]
        assert again.shrink(LARGE * 3 // 2, set()) == 1
    assert len(files(disk.folder)) == 1


def test_a_transaction_that_fails_leaves_nothing(disk: Disk) -> None:
    disk.index.execute("CREATE TRIGGER never BEFORE INSERT ON actions BEGIN SELECT RAISE(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        keep(disk, {"a": 10})
    assert disk.size() == Size(0, 0, 0)
    assert not disk.index.in_transaction


def test_other_programs_see_what_is_committed(disk: Disk) -> None:
    keep(disk, {"a": 10})
    with opened(disk.folder) as index:
        assert index.execute("SELECT key FROM actions").fetchall() == [("a",)]
