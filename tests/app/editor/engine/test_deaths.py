"""Runs that are stopped, nodes that end their process, an engine that is killed: it is told, and the next run works."""

from __future__ import annotations

import os
import signal

import pytest

from app.editor.engine.messages import News
from tests.app.editor.engine.bench import Bench, Saved, card, state_of, states
from tests.graphs.toyshop import toy


def document(**nodes: Saved) -> Saved:
    return {"noiseloom": 1, "nodes": dict(nodes)}


def chain(kind: str, value: float = 1.0, **params: int) -> Saved:
    """A number, a node of this kind, and one after it."""
    return document(
        one=toy("making.amount", params={"value": value}),
        middle=toy(kind, amount="one", params=dict(params)),
        end=toy("mixing.more", amount="middle"),
    )


def busy(bench: Bench, job: str) -> News:
    """The news that the node in the middle is at its first step."""
    return bench.until(
        lambda news: news.job == job and news.told.get("node") == "middle" and bool(news.told.get("total"))
    )


def engine(bench: Bench) -> int:
    process = bench.desk.process
    assert process is not None
    assert process.pid is not None
    return process.pid


@pytest.mark.parametrize(("kind", "how"), [("working.vanish", "exit status 3"), ("working.fall", "killed by signal 9")])
def test_a_node_that_ends_its_process_has_failed_and_the_next_run_works(toys: Bench, kind: str, how: str) -> None:
    value = 3.0 + len(kind)
    news = toys.run(chain(kind, value))
    assert state_of(news) == "failed"
    error = card(news, "middle")["error"]
    assert isinstance(error, dict)
    assert how in str(error["message"])
    assert states(news) == {"one": "done", "middle": "failed", "end": "skipped"}
    after = toys.run(chain("working.spend", value, launches=1))
    assert state_of(after) == "done"
    assert states(after) == {"one": "cached", "middle": "done", "end": "done"}


def test_what_was_finished_is_kept_where_a_run_is_cancelled(toys: Bench) -> None:
    job = toys.begin(chain("waiting.endless", 4))
    busy(toys, job)
    toys.cancel(job)
    news = toys.end(job)
    assert state_of(news) == "cancelled"
    assert states(news) == {"one": "done", "middle": "waiting", "end": "waiting"}
    assert states(toys.run(chain("working.slow", 4, steps=2))) == {"one": "cached", "middle": "done", "end": "done"}


def test_a_node_that_never_yields_is_ended_and_the_next_run_works(toys: Bench) -> None:
    job = toys.begin(chain("working.stuck", 5))
    busy(toys, job)
    toys.cancel(job)
    assert state_of(toys.end(job)) == "cancelled"
    assert state_of(toys.run(chain("working.spend", 5, launches=1))) == "done"


def test_a_run_that_is_cancelled_before_its_turn_never_begins(toys: Bench) -> None:
    first = toys.begin(chain("waiting.endless", 6))
    busy(toys, first)
    second = toys.begin(chain("working.slow", 7, steps=1))
    toys.cancel(second)
    toys.cancel(first)
    assert state_of(toys.end(first)) == "cancelled"
    news = toys.end(second)
    assert state_of(news) == "cancelled"
    assert states(news) == {}


def test_plans_are_answered_during_a_run(toys: Bench) -> None:
    job = toys.begin(chain("waiting.endless", 8))
    busy(toys, job)
    told = toys.show(chain("working.spend", 8), name="other")
    assert told["nfe"] == 0
    assert not any(news.job == job and news.told["kind"] == "job" and news.told["state"] != "running"
                   for news in toys.news)  # fmt: skip
    toys.cancel(job)
    assert state_of(toys.end(job)) == "cancelled"


def test_an_engine_that_is_killed_fails_its_run_and_a_new_one_knows_the_documents(toys: Bench) -> None:
    toys.show(chain("working.spend", 9), revision=9, name="known")
    job = toys.begin(chain("waiting.endless", 9))
    busy(toys, job)
    before, seen = engine(toys), len(toys.news)
    os.kill(before, signal.SIGKILL)
    news = toys.end(job)
    assert state_of(news) == "failed"
    error = card(news, "middle")["error"]
    assert isinstance(error, dict)
    assert "the engine process ended (killed by signal 9)" in str(error["message"])
    toys.until(lambda entry: entry.kind == "engine" and entry.told["state"] == "ended", seen)
    told = toys.until(lambda entry: entry.kind == "plan" and entry.document == "known", seen).told
    assert told["revision"] == 9
    assert engine(toys) != before
    assert state_of(toys.run(chain("working.spend", 9))) == "done"
