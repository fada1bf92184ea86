"""What a person sees of a run, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING

from graphs.running.events import Advanced, Built, Event, Failed, Finished, Noted, Planned, Skipped, Started
from graphs.running.forecast import State
from graphs.script_text import visible

if TYPE_CHECKING:
    from pydantic import JsonValue
    from rich.progress import TaskID


WORTH_A_LINE = 0.1
"""Seconds from which on a node is told about."""

WIDEST = 100
"""Columns that the text of a note takes at the most."""


class RunView:
    """Progress bars with the time left in a terminal; a line for each step of importance elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console  # only a run needs it
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bars = Progress(*columns, console=self.console, transient=True, disable=not sys.stderr.isatty())
        self.skipped: list[str] = []
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> RunView:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()
        if self.skipped:
            self._say(f"not run because of that: {', '.join(self.skipped)}", "yellow")

    def note(self, text: str) -> None:
        """Say something that is no event."""
        self._say(text, "yellow")

    def introduce(self, notes: Iterable[Mapping[str, JsonValue]]) -> None:
        """Say what a graph's notes say of it, wrapped."""
        for note in notes:
            text = note.get("text")
            if isinstance(text, str) and text.strip():
                shown = "\n".join(visible(line) for line in text.strip().splitlines())
                width = min(self.console.width, WIDEST)
                self.console.print(shown, style="italic", markup=False, width=width)

    def hear(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Planned() | Noted() | Skipped():
                self._hear_of_the_run(event)
            case Started(node):
                self.tasks[node] = self.bars.add_task(node, total=None)
            case Advanced(node, step, total):
                self.bars.update(self.tasks[node], completed=step, total=total)
            case Finished(node, seconds, nfe, launches, _, _, _, besides):
                asked = f"{nfe} NFE (model rows) in {launches} calls" if nfe else ""
                self._end(node, seconds, "".join(f", {part}" for part in (asked, str(besides)) if part))
            case Built(node, seconds):
                self._end(node, seconds, " to build")
            case Failed(node, message, _, inputs):
                self._remove(node)
                self._say(f"{node} failed: {message}", "red")
                for name, text in inputs.items():
                    self._say(f"    {name} = {text}", "dim")

    def _hear_of_the_run(self, event: Planned | Noted | Skipped) -> None:
        match event:
            case Planned(nodes):
                kept = sum(plan.state is State.CACHED for plan in nodes.values())
                if kept:
                    self._say(f"{kept} of {len(nodes)} nodes served from the store", "dim")
            case Noted(text):
                self._say(f"note: {text}", "yellow")
            case Skipped(node):
                self.skipped.append(node)

    def _end(self, node: str, seconds: float, more: str) -> None:
        self._remove(node)
        if seconds >= WORTH_A_LINE or "NFE" in more:
            self._say(f"{node}: {seconds:.2f} s{more}", "dim")

    def _say(self, text: str, style: str) -> None:
        self.console.print(text, style=style, markup=False, soft_wrap=True)

    def _remove(self, node: str) -> None:
        task = self.tasks.pop(node, None)
        if task is not None:
            self.bars.remove_task(task)
