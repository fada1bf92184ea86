"""The order of runs: laws that hold whatever is done to the queue."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from app.editor.engine.messages import Job, News, Told
from app.editor.runs.queue import RunQueue


class Engine:
    """What a queue hands jobs to; one ends when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.stopped: list[str] = []
        self.told: list[Told] = []
        self.queue = RunQueue(lambda job: self.begun.append(job.id), self.stopped.append, self.told.append)

    def add(self, name: str, document: str = "d", *, front: bool = False, replace: bool = False) -> None:
        self.queue.add(Job(name, document, 1, {}, ""), front=front, replace=replace)

    def end(self, state: str = "done") -> None:
        if self.queue.running is not None:
            self.queue.hear(News({"kind": "job", "document": "", "job": self.queue.running.job.id, "state": state}))

    def waiting(self) -> list[str]:
        return [entry.job.id for entry in self.queue.waiting]

    def drain(self) -> None:
        self.queue.pause(paused=False)
        while self.queue.running is not None:
            self.end()


def after(*names: str) -> Engine:
    engine = Engine()
    for name in names:
        engine.add(name)
    return engine


def test_jobs_run_one_at_a_time_in_the_order_in_which_they_came() -> None:
    engine = after("a", "b", "c")
    assert engine.begun == ["a"]
    engine.drain()
    assert engine.begun == ["a", "b", "c"]


def test_a_job_at_the_front_is_the_next_one() -> None:
    engine = after("a", "b", "c")
    engine.add("d", front=True)
    engine.queue.to_front("c")
    assert engine.waiting() == ["c", "d", "b"]


def test_a_paused_queue_begins_nothing_and_lets_what_runs_end() -> None:
    engine = after("a", "b")
    engine.queue.pause(paused=True)
    engine.end()
    assert (engine.begun, engine.queue.running) == (["a"], None)
    engine.queue.pause(paused=False)
    assert engine.begun == ["a", "b"]


def test_cancelling_takes_a_waiting_job_out_and_asks_a_running_one_to_end_once() -> None:
    engine = after("a", "b", "c")
    engine.queue.cancel("b")
    engine.queue.cancel("a")
    engine.queue.cancel("a")
    assert (engine.stopped, engine.begun, engine.waiting()) == (["a"], ["a"], ["c"])
    engine.end("cancelled")
    assert engine.begun == ["a", "c"]


def test_cancelling_all_leaves_nothing_or_only_other_documents() -> None:
    engine = after("a", "b")
    engine.add("c", "other")
    engine.queue.cancel_all("d")
    assert (engine.stopped, engine.waiting()) == (["a"], ["c"])
    engine.queue.cancel_all()
    assert engine.waiting() == []


def test_a_run_on_change_takes_the_place_of_the_one_before_and_stops_the_one_that_runs() -> None:
    engine = Engine()
    engine.add("first", replace=True)
    engine.add("other", "elsewhere")
    for name in ("second", "third", "fourth"):
        engine.add(name, replace=True)
    assert (engine.stopped, engine.waiting()) == (["first"], ["fourth", "other"])


def test_a_run_on_change_replaces_no_run_that_a_person_asked_for() -> None:
    engine = after("a", "b")
    engine.add("c", replace=True)
    assert engine.waiting() == ["c", "b"]


def test_what_is_told_names_all_jobs() -> None:
    engine = after("a", "b")
    told = engine.told[-1]
    assert (told["kind"], told["paused"]) == ("queue", False)
    running, waiting = told["running"], told["waiting"]
    assert isinstance(running, list)
    assert isinstance(waiting, list)
    assert [entry["job"] for entry in (*running, *waiting) if isinstance(entry, dict)] == ["a", "b"]


ACTIONS: dict[str, Callable[[Engine, str], None]] = {
    "end": lambda engine, _: engine.end(),
    "cancel": lambda engine, name: engine.queue.cancel(name),
    "front": lambda engine, name: engine.queue.to_front(name),
    "pause": lambda engine, _: engine.queue.pause(paused=True),
    "go on": lambda engine, _: engine.queue.pause(paused=False),
}


@given(st.lists(st.tuples(st.sampled_from(["add", *ACTIONS]), st.integers(0, 12))))
def test_every_job_runs_once_or_was_cancelled_before_its_turn(done: list[tuple[str, int]]) -> None:
    engine, added, cancelled = Engine(), list[str](), set[str]()
    for action, number in done:
        if action == "add":
            added.append(str(len(added)))
            engine.add(added[-1])
        else:
            if action == "cancel" and str(number) in engine.waiting():
                cancelled.add(str(number))
            ACTIONS[action](engine, str(number))
        running = engine.queue.running
        assert running is not None or engine.queue.paused or not engine.waiting()
    engine.drain()
    assert sorted([*engine.begun, *cancelled]) == sorted(added)
    if not any(action == "front" for action, _ in done):
        assert engine.begun == sorted(engine.begun, key=int)
