"""What scripts use between the nodes, called by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from graphs.errors import InputError
from graphs.media import Axis
from graphs.script import Files, asset, fed, finished, gathered, own_nodes, run_context, save
from tests.graphs.toys.gathering import Heap
from tests.graphs.toys.making import knobs, word
from tests.graphs.toys.values import Amount, Word
from tests.graphs.toys.working import slow, spend


def test_files_are_found_in_their_folder_in_the_others_and_nowhere_else(tmp_path: Path) -> None:
    for name in ("mine", "other", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(name)
    files = Files(str(tmp_path / "mine"), str(tmp_path / "other"))
    assert files("a.txt").read_text() == "mine"
    assert files("../other/a.txt").read_text() == "other"
    with pytest.raises(InputError, match="outside the folders"):
        files("../secret/a.txt")
    with pytest.raises(InputError, match="no such file"):
        files("b.txt")


def test_an_asset_is_a_path_and_one_that_is_missing_is_refused() -> None:
    assert asset("pictures/mixture.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(InputError, match="no such file"):
        asset("pictures/none.png")


def test_a_wired_value_is_decoded_by_the_kind_of_the_parameter() -> None:
    assert repr(fed(knobs, "share", Amount(1))) == "1.0"
    assert fed(knobs, "mode", Word("slow")) == "slow"
    with pytest.raises(InputError, match="the wire brings no value for 'mode'"):
        fed(knobs, "mode", Word("slower"))
    with pytest.raises(InputError, match="there is no parameter 'nothing'"):
        fed(word, "nothing", Amount(1))


def test_a_node_in_steps_is_finished_and_a_meter_counts_for_one_node() -> None:
    assert finished(slow(Amount(2.0), steps=3)).value == 6.0
    run = run_context()
    spend(Amount(1.0), rows=5, run=run)
    assert (run.meter.rows, run.meter.launches) == (10, 2)
    assert run_context().meter.rows == 0


def test_cells_are_gathered_with_the_values_of_each_axis_in_order() -> None:
    cells = [Amount(2.0), Amount(1.0)]
    heap = gathered(Heap, cells, {"both": {"a.b": [1], "c.d": ["x"]}, "e.f": {"e.f": [None, [3]]}})
    both, last = Axis("both", (("a.b", (1,)), ("c.d", ("x",)))), Axis("e.f", (("e.f", (None, [3])),))
    assert (heap.items, heap.axes) == ((2.0, 1.0), repr((both, last)))


def test_a_folder_of_nodes_gives_the_types_that_gather_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    text = "from tests.graphs.toys.gathering import Heap\nfrom tests.graphs.toys.values import Word\n"
    (tmp_path / "mine" / "one.py").write_text(text)
    mine = own_nodes(str(tmp_path / "mine"))
    assert mine.value("one", "Heap") is Heap
    with pytest.raises(InputError, match="'Word' is no type that gathers"):
        mine.value("one", "Word")


def test_a_folder_of_nodes_gives_its_nodes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "one.py").write_text("from tests.graphs.toys.making import word\nplain = 3\n")
    mine = own_nodes(str(tmp_path / "mine"))
    assert mine.node("one", "word") is word
    with pytest.raises(InputError, match="'plain' is no node"):
        mine.node("one", "plain")
    with pytest.raises(InputError, match="no such folder"):
        own_nodes(str(tmp_path / "none"))


def test_results_go_into_out_where_no_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["script.py"])
    assert [str(path) for path in save("sub/word", Word("a"))] == ["out/sub.word.safetensors"]
    monkeypatch.setattr(sys, "argv", ["script.py", "a/b"])
    assert [str(path) for path in save("word", Word("a"))] == ["a/b/word.safetensors"]
