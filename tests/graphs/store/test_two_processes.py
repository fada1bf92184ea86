"""Two processes that write the same results to one store at the same time."""

from __future__ import annotations

import json
import multiprocessing
from contextlib import closing
from pathlib import Path

from graphs.running.events import Cached
from graphs.store.disk import Disk
from graphs.store.store import Store
from tests.graphs.store.sharing import begin, branches, race, ran, results

ROUNDS, COUNT = 4, 50


def test_both_get_what_one_alone_gets_and_the_store_is_whole(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    answers = [tmp_path / name for name in ("first", "second")]
    folder = tmp_path / "store"
    both = [context.Process(target=race, args=(folder, answer, barrier, ROUNDS, COUNT)) for answer in answers]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
    assert [process.exitcode for process in both] == [0, 0]
    alone = [results(branches(COUNT, number), Store())[0] for number in range(ROUNDS)]
    for answer in answers:
        assert json.loads(answer.read_text()) == {"found": alone, "notes": []}
    for number in range(ROUNDS):
        with Store(folder) as store:
            found, told = results(branches(COUNT, number), store)
        assert found == alone[number]
        assert ran(told) == 0
        assert sum(isinstance(event, Cached) for event in told) == COUNT
    with closing(Disk(folder)) as disk:
        verified = disk.verify()
    assert (verified.damaged, verified.strays) == (0, 0)
    assert verified.good > ROUNDS * COUNT


def test_many_that_begin_one_store_at_once_all_get_it(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(3), context.Queue()
    three = [context.Process(target=begin, args=(tmp_path, answers, barrier, 60)) for _ in range(3)]
    for process in three:
        process.start()
    notes = [answers.get(timeout=120) for _ in three]
    for process in three:
        process.join(120)
    assert notes == [[]] * 3
