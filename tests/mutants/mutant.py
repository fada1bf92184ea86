"""A planted error: where, what stands there, what is put in its place, and which tests must find it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutant:
    """One error that somebody could make. `text` occurs once in `file`; one of `tests` must fail with `instead`."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]
    why: str

    def problem(self, root: Path = ROOT) -> str:
        """Why it cannot be planted; empty where it can."""
        path = root / self.file
        if not path.is_file():
            return "there is no such file"
        count = path.read_text().count(self.text)
        if count != 1:
            return f"its text occurs {count} times"
        if self.text == self.instead:
            return "it changes nothing"
        missing = [test for test in self.tests if not (root / test.partition("::")[0]).exists()]
        return f"there is no {', '.join(missing)}" if missing or not self.tests else ""

    def plant(self, root: Path) -> str:
        """Put the error into a copy of the project; returns what the file was."""
        path = root / self.file
        before = path.read_text()
        path.write_text(before.replace(self.text, self.instead))
        return before
