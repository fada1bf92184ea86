"""The table of all solvers: `python -m tests.solvers [--new]` writes assets/docs/solvers.md.

The orders specified, the model calls and the sources are those that tests/nodes/solver/expected declares; the orders
measured are those that the tests of the orders find. `--new` measures only those that are declared in another way than
the table says.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import NamedTuple

from graphs.home import assets_folder
from tests.nodes.solver.expected import Expected, all_expected
from tests.nodes.solver.expected.unmeasured import UNMEASURED
from tests.nodes.solver.measuring import slopes

HEAD = """# The solvers

Made by `python -m tests.solvers`; the tests check it. **Order** is what a solver is specified to have, **measured** is
log2 of the ratio of the errors at N and 2N steps, in float64, from s = e⁴ to s = e⁻³:

- of a solver that draws nothing, the RMS error at the end, against the probability flow of a mixture of normal laws;
- of a stochastic one, the error of the law at the end, found without a random number: its weak order. It is that of
  Wasserstein's distance on normal data, or of the means of eight functions on a mixture, where the note says so.

The grid is even in log s unless the note names another. **NFE** are model calls a step. A **reversible** solver is
undone exactly by itself on the grid turned round.

"""
GRIDS = {"uniform_log_snr": "", "karras": "Karras's grid", "uniform_time": "grid even in the time of vp_linear"}


class Line(NamedTuple):
    """The cells of a solver."""

    node: str
    settings: str
    order: str
    measured: str
    nfe: str
    stochastic: str
    reversible: str
    source: str
    note: str

    @property
    def name(self) -> str:
        """The node and what is set of it."""
        return f"{self.node}({self.settings})" if self.settings else self.node


def page() -> Path:
    """Where the table lies."""
    return assets_folder() / "docs" / "solvers.md"


def line(expected: Expected, measured: str) -> Line:
    """What is declared of a solver, beside what was measured."""
    claimed = "" if expected.paper_order is None else f"the paper claims order {expected.paper_order:g}"
    law = "the law on a mixture" if expected.data == "mixture" else ""
    notes = [note for note in (GRIDS[expected.grid], claimed, law, expected.note) if note]
    return Line(
        expected.node,
        expected.settings,
        f"{expected.order:g}",
        measured,
        expected.calls,
        "yes" if expected.stochastic else "no",
        "yes" if expected.reversible else "no",
        expected.source,
        "; ".join(notes),
    )


def committed() -> dict[str, Line]:
    """The lines of the table as it lies there, by the solvers' names."""
    found = [text.strip("|").split("|") for text in page().read_text(encoding="utf-8").splitlines() if "| `" in text]
    lines = [Line(*(cell.strip().strip("`") for cell in cells)) for cells in found]
    return {entry.name: entry for entry in lines}


def text_of(lines: list[Line]) -> str:
    """The whole page."""
    titles = ("node", "settings", "order", "measured", "NFE", "stochastic", "reversible", "source", "note")
    table = [titles, ("---",) * len(titles), *(entry._replace(node=f"`{entry.node}`") for entry in lines)]
    others = [f"- `{node}`: {reason}" for node, reason in sorted(UNMEASURED.items())]
    rows = [" | ".join(("", *cells, "")).strip() for cells in table]
    return HEAD + "\n".join([*rows, "", "## Without an order of their own", "", *others]) + "\n"


def main() -> None:
    """Measure every solver, or those that the table does not have, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--new", action="store_true")
    known = committed() if parser.parse_args().new else {}
    lines = []
    for expected in sorted(all_expected(), key=lambda entry: (entry.stochastic, entry.node)):
        there = known.get(expected.name)
        if there is None or there != line(expected, there.measured):
            there = line(expected, f"{slopes(expected)[-1]:.2f}")
            print(there.name, there.order, there.measured, flush=True)
        lines.append(there)
    page().write_text(text_of(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
