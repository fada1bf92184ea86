"""Runs, queue and gallery in one: what ran is kept, and a picture that is downloaded gives its graph back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.editor.engine.ledger import ENDED
from app.editor.engine.messages import Told
from app.editor.runs.runs import Runs
from graphs.png import graph_of
from tests.app.editor.engine.bench import PATIENCE, Saved, small_digits


class Room:
    """Runs of one document, and what was told of them."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.ended: asyncio.Queue[str] = asyncio.Queue()
        self.runs = Runs(plugins=False, hear=self.hear)

    def hear(self, told: Told) -> None:
        self.told.append(told)
        if told["kind"] == "job" and told["state"] in ENDED:
            self.ended.put_nowait(str(told["job"]))

    async def run(self, *documents: Saved) -> list[str]:
        """The jobs of these documents in the order in which they ended."""
        for document in documents:
            self.runs.run("d", 1, document, "")
        return [await asyncio.wait_for(self.ended.get(), PATIENCE) for _ in documents]


def items(told: list[Told], node: str) -> list[Told]:
    found = [entry["item"] for entry in told if entry["kind"] == "result" and entry["node"] == node]
    return [item for item in found if isinstance(item, dict)]


def test_results_are_kept_once_and_their_pictures_give_their_graph_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOISELOOM_HOME", str(tmp_path))

    async def work() -> Room:
        room = Room()
        await room.runs.start()
        try:
            jobs = await room.run(small_digits(), small_digits(), small_digits(**{"prompt.text": "six"}))
            assert list(dict.fromkeys(entry["job"] for entry in room.told if entry["kind"] == "job")) == jobs
            first, same, other = items(room.told, "sheet")
            assert first == same
            assert first["id"] != other["id"]
            page = room.runs.gallery.page()["items"]
            assert isinstance(page, list)
            assert len(page) == 4
            graph = room.runs.gallery.graph_of(str(other["id"]))
            view = other["view"]
            assert isinstance(view, dict)
            (picture,) = json.loads(json.dumps(view["items"]))
            path = room.runs.media.find(picture["url"].rpartition("/")[2])
            assert isinstance(path, Path)
            carried = graph_of(path)
            assert carried.nodes["prompt"].params["text"] == "six"
            assert json.loads(json.dumps(graph))["nodes"]["prompt"]["params"]["text"] == "six"
            assert await room.run(small_digits(**{"prompt.text": "six"})) != []
            assert items(room.told, "sheet")[-1] == other
        finally:
            await room.runs.close()
        return room

    room = asyncio.run(work())
    assert all("graph" not in entry for entry in room.told)
    assert [entry["kind"] for entry in room.told].count("queue") >= 4
