"""Residents with counts in place of weights: loaded once, least recently used out first, never while in use."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphs.running.budgets import Budgets
from graphs.running.context import Meter, RunContext
from graphs.running.residents import ResidencyError, Residents

GPU, OTHER = "cuda:0", "cuda:1"


@dataclass(eq=False)
class Weights:
    """So many bytes; where they went. It fails to move to a GPU as often as `failures` says."""

    size: int
    device: str = "cpu"
    moves: list[str] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def move(self, device: str) -> None:
        self.moves.append(device)
        if device != "cpu" and self.failures:
            raise self.failures.pop()
        self.device = device


class Loads:
    """How often each key was loaded."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def __call__(self, key: str, size: int) -> Callable[[], Weights]:
        def load() -> Weights:
            self.counts[key] = self.counts.get(key, 0) + 1
            return Weights(size)

        return load


def residents(**budgets: int) -> Residents:
    """With budgets for the CPU, `gpu` and `other`."""
    names = {"gpu": GPU, "other": OTHER}
    return Residents(Budgets({names.get(name, name): size for name, size in budgets.items()}, lambda _: 10**9))


def used(kept: Residents, weights: Weights, device: str = GPU) -> None:
    with kept.use(weights, device):
        assert weights.device == device


def test_what_is_kept_is_loaded_once_and_shared() -> None:
    kept, loads = residents(), Loads()
    first = kept.keep("a", loads("a", 3))
    assert kept.keep("a", loads("a", 3)) is first
    assert kept.keep("b", loads("b", 3)) is not first
    assert loads.counts == {"a": 1, "b": 1}
    assert kept.held("cpu") == 6


def test_many_threads_that_ask_at_once_load_once() -> None:
    kept, started, loads = residents(), threading.Barrier(8), Loads()

    def ask(_: int) -> Weights:
        started.wait()
        return kept.keep("a", loads("a", 1))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len({id(value) for value in found}) == 1
    assert loads.counts == {"a": 1}


def test_who_loads_one_key_does_not_hold_up_another() -> None:
    kept, loads = residents(), Loads()

    def load() -> Weights:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(kept.keep, "b", loads("b", 1)).result(timeout=60)
        return Weights(1)

    kept.keep("a", load)
    assert loads.counts == {"b": 1}


def test_a_load_that_fails_is_tried_again_by_the_next() -> None:
    kept = residents()
    with pytest.raises(ZeroDivisionError):
        kept.keep("a", lambda: 1 // 0)
    assert kept.keep("a", lambda: 3) == 3


def test_the_least_recently_used_leave_a_device_for_the_cpu() -> None:
    kept = residents(gpu=10)
    a, b, c = Weights(4), Weights(4), Weights(4)
    used(kept, a)
    used(kept, b)
    used(kept, a)
    used(kept, c)
    assert (a.device, b.device, c.device) == (GPU, "cpu", GPU)
    assert b.moves == [GPU, "cpu"]
    assert kept.held(GPU) == 8


def test_what_lies_there_already_is_not_moved() -> None:
    kept, a = residents(gpu=10), Weights(4)
    used(kept, a)
    used(kept, a)
    assert a.moves == [GPU]


def test_what_is_in_use_stays_though_the_budget_is_passed() -> None:
    kept = residents(gpu=10)
    a, b, c = Weights(6), Weights(6), Weights(2)
    with kept.use(a, GPU), kept.use(b, GPU):
        assert (a.device, b.device) == (GPU, GPU)
    used(kept, c)
    assert (a.device, b.device, c.device) == ("cpu", GPU, GPU)


def test_a_use_within_a_use_counts_both() -> None:
    kept = residents(gpu=4)
    a, b = Weights(4), Weights(4)
    with kept.use(a, GPU):
        used(kept, a)
        used(kept, b)
        assert a.device == GPU
    used(kept, b)
    used(kept, Weights(4))
    assert (a.device, b.device) == ("cpu", "cpu")


def test_it_cannot_be_used_in_two_places_at_once() -> None:
    kept, a = residents(), Weights(1)
    with kept.use(a, GPU), pytest.raises(ResidencyError, match="in use on cuda:0 cannot move to cuda:1"):
        used(kept, a, OTHER)
    used(kept, a, OTHER)
    assert (kept.held(GPU), kept.held(OTHER)) == (0, 1)


def test_the_least_recently_asked_for_is_dropped_from_the_cpu_and_loaded_anew() -> None:
    kept, loads = residents(cpu=10), Loads()
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.keep(key, loads(key, 4))
    assert loads.counts == {"a": 1, "b": 2, "c": 1}
    assert kept.held("cpu") == 8


def test_room_is_made_before_a_load_whose_size_is_known() -> None:
    kept = residents(cpu=10)
    kept.keep("a", lambda: Weights(8))
    seen: list[int] = []

    def load() -> Weights:
        seen.append(kept.held("cpu"))
        return Weights(8)

    kept.keep("b", load, size=8)
    assert seen == [0]


def test_one_larger_than_the_budget_is_kept_alone() -> None:
    kept, loads = residents(cpu=10), Loads()
    kept.keep("a", loads("a", 4))
    big = kept.keep("big", loads("big", 40))
    assert kept.keep("big", loads("big", 40)) is big
    assert kept.held("cpu") == 40


def test_what_leaves_a_gpu_for_a_full_cpu_pushes_out_what_was_there() -> None:
    kept, loads = residents(gpu=10, cpu=10), Loads()
    a = kept.keep("a", loads("a", 8))
    used(kept, a)
    kept.keep("b", loads("b", 8))
    used(kept, Weights(8))
    assert a.device == "cpu"
    kept.keep("a", loads("a", 8))
    kept.keep("b", loads("b", 8))
    assert loads.counts == {"a": 1, "b": 2}


def test_what_has_no_size_stays_until_all_is_released() -> None:
    kept = residents(cpu=1)
    words = kept.keep("words", lambda: ["a", "b"])
    kept.keep("a", lambda: Weights(9))
    assert kept.keep("words", lambda: ["other"]) is words
    kept.release()
    assert kept.keep("words", lambda: ["other"]) == ["other"]


def test_release_leaves_only_what_is_in_use() -> None:
    kept, loads = residents(), Loads()
    a, b = kept.keep("a", loads("a", 4)), kept.keep("b", loads("b", 4))
    used(kept, b)
    with kept.use(a, GPU):
        kept.release()
        assert (a.device, b.device) == (GPU, "cpu")
        assert kept.keep("a", loads("a", 4)) is a
    kept.keep("b", loads("b", 4))
    assert loads.counts == {"a": 1, "b": 2}


def test_where_memory_runs_out_all_that_is_not_in_use_goes_and_it_is_tried_once_more() -> None:
    kept = residents()
    a, b = Weights(4), Weights(4, failures=[MemoryError()])
    used(kept, a)
    used(kept, b)
    assert a.device == "cpu"
    assert b.moves == [GPU, "cpu", GPU]


@pytest.mark.parametrize("failures", [[MemoryError("first"), MemoryError("second")], [OSError("other")]])
def test_what_cannot_go_to_a_device_is_back_on_the_cpu(failures: list[Exception]) -> None:
    kept, a = residents(), Weights(4, failures=list(failures))
    with pytest.raises(type(failures[0])), kept.use(a, GPU):
        pass
    assert a.device == "cpu"
    assert kept.held(GPU) == 0
    used(kept, a)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from([GPU, "cpu"])), max_size=30),
    st.lists(st.integers(1, 6), min_size=6, max_size=6),
)
def test_budgets_hold_after_any_sequence_of_uses(asked: list[tuple[int, str]], sizes: list[int]) -> None:
    kept = residents(gpu=10, cpu=12)
    weights = [Weights(size) for size in sizes]
    for index, device in asked:
        used(kept, weights[index], device)
        assert kept.held(GPU) <= 10
        assert kept.held("cpu") <= 12
        assert sum(entry.size for entry in weights if entry.device == GPU) == kept.held(GPU)


def test_a_node_called_directly_has_residents_of_its_own() -> None:
    one, other = RunContext(Meter()), RunContext(Meter())
    assert one.residents.keep("a", list) is one.residents.keep("a", list)
    assert one.residents is not other.residents
