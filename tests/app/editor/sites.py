"""The whole editor behind its gate, with a desk that runs nothing, and a browser that is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from nicegui import ui, ui_run_with
from pydantic import JsonValue
from starlette.types import Message, Receive, Send

from app.editor import assembling
from app.editor.asking import PAGE_TOKEN_HEADER
from app.editor.documents.session import Session
from app.editor.engine.desk import Desk
from app.editor.engine.messages import Job, News, Told
from app.editor.options import Built, Options
from app.editor.runs import runs
from app.editor.server import guarded
from app.editor.serving import application
from app.editor.studio import Studio
from app.editor.tokens import Tokens
from graphs.catalogue.catalogue import read_catalogue
from graphs.document.model import Document
from tests.app.editor.doors import HOST, PORT, TYPED
from tests.app.editor.pages import Page

OURS = read_catalogue(plugins=False)

T = TypeVar("T")


class StillDesk(Desk):
    """Notes what it is told to do and does nothing; what is heard of it, a test says."""

    asked: list[tuple[str, str]]

    async def start(self) -> None:
        """Start no process."""
        self.asked = []

    async def close(self) -> None:
        """There is nothing to end."""

    def show(self, document_id: str, revision: int, document: JsonValue, place: str) -> None:
        """Note the revision."""
        self.asked.append(("show", str(revision)))

    def forget(self, document_id: str) -> None:
        """Note the document."""
        self.asked.append(("forget", document_id))

    def run(self, job: Job) -> None:
        """Note the targets."""
        self.asked.append(("run", " ".join(job.targets)))

    def cancel(self, job_id: str) -> None:
        """Note the job."""
        self.asked.append(("cancel", job_id))


class Site:
    """The editor and a browser on one loop, which turns only while a test waits for something."""

    built: Built
    studio: Studio
    desk: StillDesk

    def __init__(self, runner: asyncio.Runner, options: Options) -> None:
        self.runner, self.options, self.tokens = runner, options, Tokens(b"s" * 32, PORT)
        self.cookie, self.token = "", ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """From its beginning to its end, as a server tells it of both."""
        self.on_loop(self._build)
        told: asyncio.Queue[Message] = asyncio.Queue()
        heard: asyncio.Queue[Message] = asyncio.Queue()
        living = self.runner.get_loop().create_task(self._live(told.get, heard.put))
        for moment in ("startup", "shutdown"):
            told.put_nowait({"type": f"lifespan.{moment}"})
            assert self.runner.run(heard.get())["type"] == f"lifespan.{moment}.complete"
            if moment == "startup":
                yield
        self.runner.run(_ended(living))

    async def _live(self, receive: Receive, send: Send) -> None:
        await self.app({"type": "lifespan"}, receive, send)

    def _build(self) -> None:
        self.built = assembling.build(self.options, self.tokens)
        self.app = guarded(self.built, self.tokens, b"c" * 32)

    def sign_in(self) -> None:
        """Come by a link, and take the page's token."""
        answer = self.ask("GET", f"/enter?token={self.tokens.new_link()}", headers=TYPED)
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        session = self.tokens.session_of(self.cookie.partition("=")[2])
        assert session is not None
        self.token = self.tokens.page_token(session)

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: JsonValue = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request of our own page."""
        ours = {"Cookie": self.cookie, "Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}
        given = headers if headers is not None else {**ours, PAGE_TOKEN_HEADER: self.token}

        async def once() -> Response:
            transport = ASGITransport(self.app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
                return await client.request(method, path, json=json, content=content, headers=given)

        return self.runner.run(once())

    def get(self, path: str) -> Response:
        """Read what is at an address."""
        return self.ask("GET", path)

    def post(self, path: str, json: JsonValue = None) -> Response:
        """Change something."""
        return self.ask("POST", path, json=json)

    def on_loop(self, act: Callable[[], T]) -> T:
        """What it gives, while the loop turns."""

        async def there() -> T:
            return act()

        return self.runner.run(there())

    def open(self, document: Document | None = None, name: str = "graph") -> Session:
        """A document of the workspace that somebody looks at."""
        session = self.studio.library.create(name, document)
        self.on_loop(lambda: self.studio.enter(session))
        return session

    def socket(self, document: str, headers: Mapping[str, str] | None = None) -> Page:
        """A socket of our own page that has said nothing yet."""
        ours = {"Host": HOST, "Origin": f"http://{HOST}", "Cookie": self.cookie}
        return Page(self.runner, self.app, f"/live/{document}", headers if headers is not None else ours)

    def page(self, document: str, client: str = "tab") -> Page:
        """A page that shows a document, and was welcomed."""
        page = self.socket(document)
        page.say({"kind": "hello", "token": self.token, "client": client, "seen": None})
        page.welcome = page.hear("welcome")
        return page

    def tell(self, told: Told, media: Mapping[str, bytes] | None = None) -> None:
        """News as the engine tells them."""
        self.on_loop(lambda: self.studio.runs.take(News(told, media or {})))


async def _ended(task: asyncio.Future[None]) -> None:
    await task


@contextmanager
def site_in(
    home: Path, monkeypatch: pytest.MonkeyPatch, nodes: Sequence[Path] = (), *, pages: bool = False
) -> Iterator[Site]:
    """An editor with a home of its own; with NiceGUI's `pages` only once in a process, which has one NiceGUI."""
    monkeypatch.setenv("NOISELOOM_HOME", str(home))
    monkeypatch.setattr(runs, "Desk", StillDesk)
    if pages:  # which look for their server in all of the memory
        monkeypatch.setattr(ui_run_with, "gc", SimpleNamespace(get_objects=list))
    else:
        monkeypatch.setattr(ui, "run_with", lambda _, **__: None)
    with asyncio.Runner() as runner:
        site = Site(runner, Options(nodes=tuple(nodes), plugins=bool(nodes), readable=(home / "readable",)))

        def noted(studio: Studio, tokens: Tokens) -> FastAPI:
            site.studio = studio
            assert isinstance(studio.runs.desk, StillDesk)
            site.desk = studio.runs.desk
            return application(studio, tokens)

        monkeypatch.setattr("app.editor.assembling.application", noted)
        if not nodes:
            monkeypatch.setattr("app.editor.assembling.read_catalogue", lambda *_, **__: OURS)
        with site.running():
            site.sign_in()
            yield site
