"""The real editor in a process of its own, with a home of its own, to be killed and started again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

LINK = re.compile(r"(http://127\.0\.0\.1:\d+/enter\?token=\S+)")
PATIENCE = 60.0
OURS = ("NOISELOOM_", "NICEGUI_", "PYTEST_")


class Served:
    """`noiseloom edit` on one port and one home; `start` after `kill` finds both as they were."""

    def __init__(self, home: Path, *arguments: str, port: int | None = None) -> None:
        self.home = home
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.arguments: Sequence[str] = arguments
        self.lines: list[str] = []
        self.link = ""
        self._process: subprocess.Popen[str] | None = None
        self._told = threading.Condition()

    @property
    def pid(self) -> int:
        """The server's process, without its children."""
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """What the command sees of the machine: nothing of another Noiseloom, NiceGUI or pytest."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return {**mine, "NOISELOOM_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    def start(self) -> str:
        """Start, and answer with the link for one sign-in once the server has told it."""
        self.lines.clear()
        command = [sys.executable, "-m", "app.command", "edit", "--no-browser", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, *self.arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self.link = self.wait_for_line(LINK)
        return self.link

    def wait_for_line(self, pattern: re.Pattern[str]) -> str:
        """The first group of the first line so far, or to come, that matches."""
        until = time.monotonic() + PATIENCE
        with self._told:
            while True:
                for line in self.lines:
                    if found := pattern.search(line):
                        return found[1]
                ended = self._process is None or self._process.poll() is not None
                if ended or not self._told.wait(until - time.monotonic()):
                    raise AssertionError("the editor did not tell its link; it said:\n" + "".join(self.lines))

    def kill(self) -> None:
        """End the server at once, as a power cut would; its children are left to notice."""
        assert self._process is not None, "the server was not started"
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the server as a person does, then whatever is left of its session."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for line in stream:
                with self._told:
                    self.lines.append(line)
                    self._told.notify_all()
        with self._told:
            self._told.notify_all()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
