"""Memory runs out in a node: it says so, lets go of what it had, and computes on. What is kept stays between runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import pytest
import torch
from pydantic import JsonValue

from graphs.catalogue.catalogue import Catalogue
from graphs.running import exhaustion
from graphs.running.executors import Executor, Here
from graphs.running.exhaustion import MEND, explain, free_memory, is_out_of_memory
from graphs.running.worker import Worker
from tests.graphs.running.runs import Runs, amount, value_of
from tests.graphs.toys.working import Luggage
from tests.graphs.toyshop import graph, toy, toys

CPU = "DefaultCPUAllocator: {} memory: you tried to allocate 2 bytes. Error code 12 (Cannot allocate memory)"


def lodge(path: Path, number: int) -> dict[str, JsonValue]:
    """A node that keeps what it loads, and a number before it that makes it run again."""
    return {
        f"before{number}": amount(number),
        f"lodge{number}": toy("working.lodge", amount=f"before{number}", params={"path": str(path)}),
    }


def loads(path: Path) -> int:
    """How often it was loaded."""
    return path.stat().st_size


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "loads"


def test_what_is_kept_is_loaded_once_for_all_nodes_of_all_runs(runs: Runs, path: Path) -> None:
    one = Runs(_same(runs))
    one.events(graph(**lodge(path, 1), **lodge(path, 2)))
    one.events(graph(**lodge(path, 3)))
    assert loads(path) == 1


def test_after_memory_ran_out_the_same_process_serves_the_next_run_with_nothing_kept(runs: Runs, path: Path) -> None:
    one = Runs(_same(runs))
    one.events(graph(**lodge(path, 1)))
    starving = graph(one=amount(5), dies=toy("working.starve", amount="one"))
    before = _process(one)
    assert list(one.failures(starving)) == ["dies"]
    one.events(graph(**lodge(path, 2)))
    assert loads(path) == 2
    assert value_of(one.seen["lodge2"]["out"]) == 2.0
    assert _process(one) == before


def test_siblings_of_a_node_that_starved_are_computed_from_what_was_there(runs: Runs) -> None:
    document = graph(
        one=amount(2),
        machine=toy("making.machine", gain="one"),
        before=toy("mixing.apply", machine="machine", amount="one"),
        dies=toy("working.starve", amount="before"),
        after=toy("mixing.more", amount="dies"),
        last=toy("mixing.apply", machine="machine", amount="before"),
    )
    assert list(runs.failures(document)) == ["dies"]
    assert value_of(runs.seen["last"]["out"]) == 8.0


def test_the_failure_says_how_much_was_asked_for_what_was_free_and_what_helps(runs: Runs) -> None:
    document = graph(
        one=amount(2),
        gpu=toy("working.starve", amount="one"),
        cpu=toy("working.starve", amount="one", params={"how": "cpu"}),
    )
    found = runs.failures(document)
    gpu, cpu = found["gpu"], found["cpu"]
    assert "memory ran out on the CPU (OutOfMemoryError) (working.py, line" in gpu.message
    assert "asked for 20.00 GiB, 12.34 GiB free when it was asked for" in gpu.message
    assert "memory ran out on the CPU (RuntimeError)" in cpu.message
    assert "asked for 1.05e+06 TiB" in cpu.message
    assert all(MEND in failed.message and not failed.fault_of_input for failed in (gpu, cpu))
    assert all(word in MEND for word in ("count", "smaller pictures", "tiles", "bfloat16", "NOISELOOM_MEMORY"))


def test_the_device_is_named_where_it_was_a_gpu() -> None:
    assert "ran out on cuda:1" in explain(torch.OutOfMemoryError("CUDA out of memory."), "cuda:1")
    assert "ran out on the CPU" in explain(MemoryError(), "cuda:1")


def test_what_is_free_is_said_where_the_system_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert free_memory() > 0
    monkeypatch.setattr(exhaustion, "free_memory", lambda: 3 * 2**20)
    assert "given: 3 MiB free now" in explain(MemoryError(), "cpu")
    monkeypatch.setattr(exhaustion, "free_memory", lambda: 0)
    assert "given" not in explain(MemoryError(), "cpu")


@pytest.mark.parametrize(
    ("error", "known"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (RuntimeError(CPU.format("can't allocate")), True),
        (RuntimeError(CPU.format("not enough")), True),
        (RuntimeError("shapes differ"), False),
        (OSError("no memory of this"), False),
    ],
)
def test_memory_that_ran_out_is_known_among_errors(error: Exception, known: bool) -> None:
    assert is_out_of_memory(error) is known


def test_a_closed_executor_keeps_nothing(path: Path) -> None:
    here = Here(toys())
    runs = Runs(lambda _: [here])
    runs.events(graph(**lodge(path, 1)))
    assert here.residents.held("cpu") == 1000
    here.close()
    assert here.residents.held("cpu") == 0


def _same(runs: Runs) -> Callable[[Catalogue], Sequence[Executor]]:
    """One executor for all runs."""
    lanes = runs.executors(toys())
    return lambda _: lanes


def _process(runs: Runs) -> Sequence[object]:
    return [lane.process for lane in runs.executors(toys()) if isinstance(lane, Worker)]


class Carried:
    """Data that finds no room on a device so many times."""

    def __init__(self, failures: list[Exception]) -> None:
        self.failures, self.place = failures, "cpu"

    def to(self, device: str) -> Self:
        """Go there."""
        if self.failures:
            raise self.failures.pop()
        self.place = device
        return self


def test_data_that_finds_no_room_goes_where_weights_were() -> None:
    here, value = Here(toys()), Carried([MemoryError()])
    here.residents.keep("a", Luggage)
    assert here._moved(value) is value
    assert here.residents.held("cpu") == 0
    with pytest.raises(MemoryError):
        here._moved(Carried([MemoryError(), MemoryError()]))
    with pytest.raises(OSError, match="other"):
        here._moved(Carried([OSError("other")]))
