"""`noiseloom run`."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.metadata
import json
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pydantic import JsonValue

from app.console import RunView
from app.report import Report
from app.saving import begin_report, save_files, without_absolute_paths
from graphs.catalogue.catalogue import Catalogue
from graphs.defaults import with_defaults
from graphs.document.model import Document
from graphs.errors import InputError, place_of
from graphs.opening import Opened
from graphs.parts import Parts
from graphs.results import output_name
from graphs.running.context import Cancelled
from graphs.running.devices import find_devices
from graphs.running.events import Cached, Event, Failed, Finished
from graphs.running.executors import Executor, Here
from graphs.running.plan import Plan, plan_opened
from graphs.running.rendering import Rendering, render
from graphs.running.run import run
from graphs.running.worker import Worker
from graphs.store.store import Store, store_folder

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Choices:
    """How a person wants a graph to be run: which nodes, on which device, whether results depend on that device.

    `settings` are the values that were set for this run, as they were typed.
    """

    only: tuple[str, ...] = ()
    device: str = "auto"
    strict: bool = False
    settings: tuple[str, ...] = ()


def run_graph(opened: Opened, catalogue: Catalogue, out: Path, choices: Choices, *, as_json: bool) -> int:
    """Check and run a graph, write its outputs and `run.json`; the exit status."""
    plan = chosen_plan(opened, catalogue, choices)
    begun = header(opened, choices)
    path = begin_report(out, begun)
    shared = without_absolute_paths(with_defaults(opened.document, catalogue))
    report, began = Report(begun), time.perf_counter()
    status, code = "done", DONE
    with (
        Store(store_folder()) as store,
        executors(plan.catalogue, choices.device) as lanes,
        RunView() as view,
        _interruptible(view.note) as cancelled,
        contextlib.redirect_stdout(sys.stderr),
    ):
        if not as_json and opened.document.view:
            view.introduce(opened.document.view.notes)
        try:
            for event in run(plan, store, lanes, cancelled):
                told = event
                if isinstance(event, (Finished, Cached)) and event.node in plan.targets:
                    told = _save(event, shared, path, report, lambda name, parts: render(name, parts, store, catalogue))
                report.hear(told)
                view.hear(told)
        except (Cancelled, KeyboardInterrupt):
            status, code = "interrupted", INTERRUPTED
    if code == DONE and report.errors:
        status, code = ("refused", REFUSED) if report.refused else ("failed", FAILED)
    text = json.dumps(report.as_json(status, time.perf_counter() - began), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    _tell(report, path, view, status, text if as_json else None)
    return code


def header(opened: Opened, choices: Choices) -> dict[str, JsonValue]:
    """What a report says of its run before anything has happened."""
    return {
        "graph": opened.place,
        "name": opened.document.name,
        "settings": list(choices.settings),
        "only": list(choices.only),
        "device": choices.device,
        "noiseloom": importlib.metadata.version("noiseloom"),
        "begun": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    }


def chosen_plan(opened: Opened, catalogue: Catalogue, choices: Choices) -> Plan:
    """The plan of a sound graph, as a person wants it run; what `auto` means is left open until something runs."""
    plain = choices.device in ("auto", "cpu") and not choices.strict
    devices = [] if plain else find_devices(choices.device)
    return plan_opened(opened, catalogue, only=choices.only, device=devices[0] if choices.strict else None)


@contextmanager
def executors(catalogue: Catalogue, device: str) -> Iterator[list[Executor]]:
    """Who computes: this process, or a process for each of several devices."""
    devices = find_devices(device) if "," in device else [device]
    lanes: list[Executor] = [Here(catalogue, device)] if len(devices) == 1 else [Worker(catalogue, d) for d in devices]
    try:
        yield lanes
    finally:
        for lane in lanes:
            lane.close()


def _save(
    event: Finished | Cached,
    document: Document,
    path: Path,
    report: Report,
    draw: Callable[[str, Parts], Rendering],
) -> Event:
    """Write a target's outputs; where that fails, the node has failed."""
    try:
        for port, digest, parts in event.outputs.contents():
            name = output_name(event.node, port, len(event.outputs))
            drawn = draw(digest, parts)
            for file in save_files(path, name, drawn.files, document):
                report.add_output(event.node, port, drawn.type, path=file, value=drawn.literal)
    except Exception as error:  # noqa: BLE001 - a value of a plug-in may raise anything
        blamed = isinstance(error, InputError)
        text = str(error) if blamed else f"its result cannot be saved: {type(error).__name__}: {error}{place_of(error)}"
        return Failed(event.node, text, blamed, {}, "" if blamed else traceback.format_exc())
    return event


def _tell(report: Report, path: Path, view: RunView, status: str, text: str | None) -> None:
    if text is not None:
        print(text)  # noqa: T201 - the door's answer
    told = f"{status}: {len(report.outputs)} files in {path.parent}, report {path}"
    hint = "; what was finished is kept, run it again to go on" if status == "interrupted" else ""
    view.console.print(told + hint, markup=False, soft_wrap=True)


@contextmanager
def _interruptible(say: Callable[[str], None]) -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C, or the first word to end, asks the run to stop; a second one ends it at once."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            signal.default_int_handler(number, frame)
        asked = True
        say("stopping at the next step; Ctrl-C again to stop at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
