"""What a person sees of a run, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from graphs.running.events import Advanced, Event, Failed, Finished, Skipped, Started

if TYPE_CHECKING:
    from rich.progress import TaskID


WORTH_A_LINE = 0.1
"""Seconds from which on a node is told about."""


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
            names = ", ".join(self.skipped)
            self.console.print(f"not run because of that: {names}", style="yellow", markup=False, soft_wrap=True)

    def hear(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Started(node):
                self.tasks[node] = self.bars.add_task(node, total=None)
            case Advanced(node, step, total):
                self.bars.update(self.tasks[node], completed=step, total=total)
            case Finished(node, seconds, nfe, launches):
                self._remove(node)
                cost = f", {nfe} NFE (model rows) in {launches} calls" if nfe else ""
                if cost or seconds >= WORTH_A_LINE:
                    self.console.print(f"{node}: {seconds:.2f} s{cost}", style="dim")
            case Failed(node, message, _, inputs):
                self._remove(node)
                self.console.print(f"{node} failed: {message}", style="red", markup=False, soft_wrap=True)
                for name, text in inputs.items():
                    self.console.print(f"    {name} = {text}", style="dim", markup=False, soft_wrap=True)
            case Skipped(node):
                self.skipped.append(node)

    def _remove(self, node: str) -> None:
        task = self.tasks.pop(node, None)
        if task is not None:
            self.bars.remove_task(task)
