"""`noiseloom run`."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from app.console import RunView
from app.report import Report
from app.saving import make_folder, save_output, short_value, without_absolute_paths, write_new
from graphs.catalogue.catalogue import Catalogue
from graphs.checking.check import check
from graphs.defaults import with_defaults
from graphs.document.model import Document
from graphs.faults import GraphError
from graphs.opening import Opened
from graphs.running.context import Cancelled
from graphs.running.events import Finished
from graphs.running.plan import make_plan
from graphs.running.run import run

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


def run_graph(opened: Opened, catalogue: Catalogue, out: Path, *, as_json: bool) -> int:
    """Check and run a graph, write its outputs and `run.json`; the exit status."""
    faults = (*opened.faults, *check(opened.document, catalogue, opened.files))
    errors = tuple(fault for fault in faults if fault.severity == "error")
    if errors:
        raise GraphError(errors)
    plan = make_plan(opened.document, catalogue)
    make_folder(out)
    shared = without_absolute_paths(with_defaults(opened.document, catalogue))
    report, began = Report(), time.perf_counter()
    status, code = "done", DONE
    with RunView() as view, _interruptible() as cancelled:
        try:
            for event in run(plan, catalogue, opened.files, cancelled):
                report.hear(event)
                view.hear(event)
                if isinstance(event, Finished) and event.node in plan.targets:
                    _save(event, shared, out, report)
        except Cancelled:
            status, code = "interrupted", INTERRUPTED
    if code == DONE and report.errors:
        status, code = ("refused", REFUSED) if report.refused else ("failed", FAILED)
    text = json.dumps(report.as_json(status, time.perf_counter() - began), indent=2, ensure_ascii=False)
    write_new(out, "run", ".json", text.encode())
    _tell(report, out, view, text if as_json else None)
    return code


def _save(event: Finished, document: Document, out: Path, report: Report) -> None:
    for port, value in event.outputs.items():
        kind = type(value).__name__
        short = short_value(value)
        name = event.node if len(event.outputs) == 1 else f"{event.node}.{port}"
        for path in save_output(out, name, value, document):
            report.add_output(event.node, port, kind, path=path, value=short)


def _tell(report: Report, out: Path, view: RunView, text: str | None) -> None:
    if text is not None:
        print(text)  # noqa: T201 - the door's answer
    elif report.outputs:
        view.console.print(f"{len(report.outputs)} files in {out}", markup=False, soft_wrap=True)


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
