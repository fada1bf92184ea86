"""The command in a process of its own: it starts, is found again, and ends; and NiceGUI's page behind the gate."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.editor.control import proof_of
from app.editor.launching import wanted_graph
from app.editor.ports import listen, port_of
from app.editor.running_editor import announced, ask_running
from graphs.errors import InputError
from tests.app.editor.doors import TYPED

LINK = re.compile(r"http://127\.0\.0\.1:(\d+)(/enter\?token=\S+)")


def command(home: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """`noiseloom edit` as a process, with a minimal application behind the gate."""
    environment = {**os.environ, "NOISELOOM_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    return [sys.executable, "-m", "tests.app.editor.small_editor", "--no-browser", *arguments], environment


@dataclass(frozen=True)
class Editor:
    """An editor that runs."""

    process: subprocess.Popen[str]
    port: int
    link: str
    said: str

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
        """A GET of a browser."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path, headers={**TYPED, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate()
        return self.process.returncode, said


def started(home: Path, *arguments: str) -> Editor:
    """Start an editor and wait until it says where it is."""
    line, environment = command(home, *arguments)
    process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = ""
    while (found := LINK.search(said)) is None:
        part = process.stdout.readline()
        assert part, said
        said += part
    return Editor(process, int(found[1]), found[2], said)


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    """An editor that is ended whatever happens."""
    running = started(tmp_path / "home", "digits")
    yield running
    running.process.kill()
    running.process.wait()


def test_an_editor_starts_is_found_again_survives_a_restart_and_ends(editor: Editor, tmp_path: Path) -> None:
    home = tmp_path / "home"
    status, headers, _ = editor.ask(editor.link)
    assert (status, headers["location"]) == (303, "/d/digits")
    cookie = {"Cookie": headers["set-cookie"].split(";")[0]}
    status, headers, page = editor.ask("/d/digits", cookie)
    nonce = re.search(r"'nonce-([^']+)'", headers["content-security-policy"])
    assert (status, nonce is not None) == (200, True)
    assert nonce is not None
    assert page.count("<script") == page.count(f'<script nonce="{nonce[1]}"') > 5
    static = re.findall(r'src="(/_nicegui/[^"]+)"', page)
    assert static
    assert {editor.ask(path)[0] for path in static} == {401}
    assert editor.ask(static[0], cookie)[1]["content-security-policy"]

    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "editor").iterdir() if path.is_file()}
    assert files == {"running.json": 0o600, "secret": 0o600}
    line, environment = command(home, "mixture")
    second = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)
    again = LINK.search(second.stdout)
    assert again is not None
    assert (int(again[1]), editor.ask(again[2])[1]["location"]) == (editor.port, "/d/mixture")
    lost = subprocess.run([*line[:-1], "lost"], env=environment, capture_output=True, text=True, check=False)
    assert (lost.returncode, "there is no such graph" in lost.stderr) == (2, True)

    ended, said = editor.end()
    assert (ended, "ended" in said, (home / "editor" / "running.json").exists()) == (0, True, False)
    restarted = started(home, "--port", str(editor.port))
    try:
        assert restarted.ask("/d/digits", cookie)[0] == 200
    finally:
        restarted.end()


def test_a_port_that_a_stranger_has_is_refused_when_asked_for_and_passed_over_else(tmp_path: Path) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        line, environment = command(tmp_path, "--port", str(port))
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, "another program uses this port" in done.stderr) == (2, True)
    with listen(None) as first, listen(None) as second:
        assert port_of(first) != port_of(second)


def test_what_listens_at_a_port_without_the_secret_is_not_believed(tmp_path: Path) -> None:
    with socket.socket() as impostor:
        impostor.bind(("127.0.0.1", 0))
        impostor.listen()
        with announced(tmp_path, impostor.getsockname()[1]) as secret:
            process = os.fork()
            if process == 0:
                answer_as_impostor(impostor)
            assert ask_running(tmp_path, None) is None
            os.waitpid(process, 0)
    assert proof_of(secret, "granted") != proof_of(b"other", "granted")


def answer_as_impostor(listening: socket.socket) -> None:
    """Grant a link of one's own, in a process of one's own."""
    connection, _ = listening.accept()
    connection.recv(65536)
    body = json.dumps({"token": "stolen", "trouble": "", "proof": "0" * 64}).encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)
    connection.close()
    os._exit(0)


def test_an_editor_that_was_killed_is_not_waited_for(tmp_path: Path) -> None:
    with announced(tmp_path, 1):
        assert ask_running(tmp_path, None) is None
    assert ask_running(tmp_path, None) is None


def test_a_graph_is_told_by_its_whole_path_or_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.json").touch()
    assert wanted_graph("mine.json") == str((tmp_path / "mine.json").resolve())
    assert (wanted_graph("digits"), wanted_graph(None)) == ("digits", None)
    with pytest.raises(InputError, match="no such file"):
        wanted_graph("there/is/none.json")


def test_the_server_imports_neither_torch_nor_nodes() -> None:
    code = (
        "import sys, app.editor.server, app.editor.uploads, app.editor.picking, app.editor.help, app.editor.assembling"
    )
    code += "\nprint([name for name in sys.modules if name.split('.')[0] in ('torch', 'nodes')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
