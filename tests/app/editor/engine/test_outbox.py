"""News that wait: merged, bounded, and nothing that counts is lost."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from app.editor.engine.messages import News, Told
from app.editor.engine.outbox import MOST_LINES, Outbox


def view(name: str) -> Told:
    return {"kind": "pictures", "summary": "", "items": [{"url": f"/media/{name}", "width": 1, "height": 1}]}


def preview(number: int, node_name: str = "sample") -> News:
    name = f"{number}.png"
    return News(
        {"kind": "node", "document": "d", "job": "j", "node": node_name, "preview": view(name)}, {name: b"x" * 1000}
    )


def test_a_reader_that_does_not_read_keeps_one_preview_of_each_node_waiting() -> None:
    outbox = Outbox()
    for number in range(10_000):
        outbox.put(preview(number, f"node_{number % 3}"))
        outbox.put(News({"kind": "log", "document": "d", "job": "j", "text": str(number)}))
    assert len(outbox) == 3 + MOST_LINES
    taken = outbox.take()
    assert sum(len(content) for news in taken for content in news.media.values()) == 3 * 1000
    assert {name for news in taken for name in news.media} == {"9997.png", "9998.png", "9999.png"}
    assert [news.told["text"] for news in taken if news.kind == "log"][-1] == "9999"
    assert len(outbox) == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["state", "step", "seconds"]), st.integers(0, 9))))
def test_of_a_node_the_newest_of_everything_that_was_told_counts(said: list[tuple[str, str, int]]) -> None:
    outbox = Outbox()
    expected: dict[str, dict[str, int]] = {}
    for name, what, value in said:
        outbox.put(News({"kind": "node", "document": "d", "job": "j", "node": name, what: value}))
        expected.setdefault(name, {})[what] = value
    if not said:
        return
    taken = {str(news.told["node"]): news.told for news in outbox.take()}
    assert {name: {key: told[key] for key in expected[name]} for name, told in taken.items()} == expected


def test_news_of_an_earlier_job_are_not_mixed_with_those_of_a_later_one() -> None:
    outbox = Outbox()
    outbox.put(News({"kind": "node", "document": "d", "job": "one", "node": "a", "state": "failed", "error": {}}))
    outbox.put(News({"kind": "node", "document": "d", "job": "two", "node": "a", "state": "waiting"}))
    (news,) = outbox.take()
    assert "error" not in news.told


def test_views_of_several_ports_are_all_kept_and_what_nobody_sees_is_not() -> None:
    outbox = Outbox()
    for port, name in (("left", "1.png"), ("right", "2.png"), ("left", "3.png")):
        told: Told = {"kind": "node", "document": "d", "job": "j", "node": "a", "views": {port: view(name)}}
        outbox.put(News(told, {name: b"x"}))
    (news,) = outbox.take()
    assert set(news.media) == {"2.png", "3.png"}


def test_results_wait_for_the_reader_where_their_media_are_large() -> None:
    outbox = Outbox(most_bytes=100)
    done: list[int] = []

    def tell() -> None:
        for number in range(3):
            told: Told = {"kind": "result", "document": "d", "job": "j", "node": str(number), "port": "out"}
            outbox.put(News({**told, "view": view(f"{number}.png")}, {f"{number}.png": b"x" * 200}))
            done.append(number)

    teller = threading.Thread(target=tell)
    teller.start()
    taken: list[News] = []
    while len(taken) < 3:
        batch = outbox.take()
        assert len(batch) == 1
        taken += batch
    teller.join()
    assert done == [0, 1, 2]


def test_the_end_of_each_job_is_told() -> None:
    outbox = Outbox()
    for job in ("one", "two"):
        for state in ("running", "done"):
            outbox.put(News({"kind": "job", "document": "d", "job": job, "state": state}))
    assert [(news.job, news.told["state"]) for news in outbox.take()] == [("one", "done"), ("two", "done")]


def test_nobody_waits_for_a_closed_outbox() -> None:
    outbox = Outbox(most_bytes=0)
    outbox.put(preview(1))
    outbox.close()
    outbox.put(preview(2, "other"))
    assert len(outbox.take()) == 2
    assert outbox.take() == []
