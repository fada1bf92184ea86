"""Orders for the queue of runs."""

from __future__ import annotations

from tests.app.editor.sites import Site


def queued(site: Site, *names: str) -> list[str]:
    """The ids of these jobs in the queue, of which the first runs."""
    return site.on_loop(lambda: [site.studio.runs.run(name, 1, {}, "", [name]) for name in names])


def test_jobs_are_put_first_taken_out_and_held_up(site: Site) -> None:
    _, b, c = queued(site, "a", "b", "c")
    queue = site.studio.runs.queue
    assert site.post("/api/queue", {"front": c}).status_code == 200
    assert [entry.job.id for entry in queue.waiting] == [c, b]
    site.post("/api/queue", {"cancel": b, "paused": True})
    assert ([entry.job.id for entry in queue.waiting], queue.paused) == ([c], True)
    site.post("/api/queue", {"cancel_all": True, "paused": False})
    assert (queue.waiting, queue.paused, queue.stopping) == ([], False, True)
