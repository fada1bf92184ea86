"""What a person sees of a run, on standard error."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from graphs.running.events import Advanced, Event, Failed, Finished, Skipped, Started

if TYPE_CHECKING:
    from rich.progress import TaskID


class RunView:
    """Progress bars with the time left in a terminal; a line for each step of importance elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console  # only a run needs it
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True, highlight=False)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.bars = Progress(*columns, console=self.console, transient=True, disable=not sys.stderr.isatty())
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> RunView:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()

    def hear(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Started(node):
                self.tasks[node] = self.bars.add_task(node, total=None)
            case Advanced(node, step, total):
                self.bars.update(self.tasks[node], completed=step, total=total)
            case Finished(node, seconds, nfe):
                self._remove(node)
                cost = f", {nfe} NFE" if nfe else ""
                self.console.print(f"{node}: {seconds:.2f} s{cost}", style="dim")
            case Failed(node, message, _, inputs):
                self._remove(node)
                self.console.print(f"{node} failed: {message}", style="red", markup=False, soft_wrap=True)
                for name, text in inputs.items():
                    self.console.print(f"    {name} = {text}", style="dim", markup=False, soft_wrap=True)
            case Skipped(node, because):
                self.console.print(f"{node}: not run, because {because} failed", style="yellow")

    def _remove(self, node: str) -> None:
        self.bars.remove_task(self.tasks.pop(node))
