"""The table of the methods: `python -m tests.methods` runs the tests that hold a method to an oracle, and writes
assets/docs/methods.md: what was expected of each, how far off it may be, and what was measured.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.home import assets_folder
from tests.oracles import PROPERTY, Held

HEAD = """# What the methods were held to

Made by `python -m tests.methods`. Each line is a test: a **method**, what is **expected** of it on a model whose answer
is known, how far off it **may** be, and how far off it **is** (or the number that is compared, where the line says so).

| method | expected | may be off | measured |
|---|---|---|---|
"""


class Collector:
    """Gathers what tests were held to, as a plugin of pytest."""

    def __init__(self) -> None:
        self.held: list[Held] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test told."""
        if report.when == "call":
            told = [value for name, value in report.user_properties if name == PROPERTY]
            self.held += [value for value in told if isinstance(value, Held)]

    def table(self) -> str:
        """All lines, by method; the lines of one in the order of its tests."""
        return HEAD + "".join(f"{line}\n" for line in sorted(self.held, key=lambda line: line.method))


def page() -> Path:
    """Where the table lies."""
    return assets_folder() / "docs" / "methods.md"


def main() -> int:
    """Run the tests under tests/nodes and write the table where they pass."""
    collector = Collector()
    folder = Path(__file__).parent / "nodes"
    outcome = pytest.main(["-q", "-k", PROPERTY, str(folder)], plugins=[collector])
    if outcome == pytest.ExitCode.OK:
        page().write_text(collector.table())
    return int(outcome)


if __name__ == "__main__":
    raise SystemExit(main())
