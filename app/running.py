"""`noiseloom run`."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeGuard

from app.console import RunView
from app.report import Report
from app.saving import begin_report, save_output, short_value, without_absolute_paths
from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import require_sound
from graphs.defaults import with_defaults
from graphs.document.model import Document
from graphs.errors import InputError, place_of
from graphs.opening import Opened
from graphs.results import output_name
from graphs.running.context import Cancelled
from graphs.running.events import Event, Failed, Finished
from graphs.running.plan import Plan, make_plan
from graphs.running.run import run

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def run_graph(opened: Opened, catalogue: Catalogue, out: Path, *, as_json: bool) -> int:
    """Check and run a graph, write its outputs and `run.json`; the exit status."""
    require_sound(opened, catalogue)
    plan = make_plan(opened.document, catalogue)
    path = begin_report(out)
    shared = without_absolute_paths(with_defaults(opened.document, catalogue))
    report, began = Report(), time.perf_counter()
    status, code = "done", DONE
    with RunView() as view, _interruptible() as cancelled, contextlib.redirect_stdout(sys.stderr):
        try:
            for event in run(plan, catalogue, opened.files, cancelled):
                told = _save(event, shared, path, report) if _is_target(event, plan) else event
                report.hear(told)
                view.hear(told)
        except Cancelled:
            status, code = "interrupted", INTERRUPTED
    if code == DONE and report.errors:
        status, code = ("refused", REFUSED) if report.refused else ("failed", FAILED)
    text = json.dumps(report.as_json(status, time.perf_counter() - began), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    _tell(report, path, view, status, text if as_json else None)
    return code


def _is_target(event: Event, plan: Plan) -> TypeGuard[Finished]:
    return isinstance(event, Finished) and event.node in plan.targets


def _save(event: Finished, document: Document, path: Path, report: Report) -> Event:
    """Write a target's outputs; where that fails, the node has failed."""
    try:
        for port, value in event.outputs.items():
            name = output_name(event.node, port, len(event.outputs))
            short = short_value(value)
            for file in save_output(path, name, value, document):
                report.add_output(event.node, port, type(value).__name__, path=file, value=short)
    except Exception as error:  # noqa: BLE001 - a value of a plug-in may raise anything
        blamed = isinstance(error, InputError)
        text = str(error) if blamed else f"its result cannot be saved: {type(error).__name__}: {error}{place_of(error)}"
        return Failed(event.node, text, blamed, {}, "" if blamed else traceback.format_exc())
    return event


def _tell(report: Report, path: Path, view: RunView, status: str, text: str | None) -> None:
    if text is not None:
        print(text)  # noqa: T201 - the door's answer
    count = len(report.outputs)
    view.console.print(f"{status}: {count} files in {path.parent}, report {path}", markup=False, soft_wrap=True)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C asks the run to stop, a second one ends the process."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            signal.default_int_handler(number, frame)
        asked = True

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
