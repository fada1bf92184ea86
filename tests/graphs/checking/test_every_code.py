"""Every code of fault is reached by a graph that has this fault and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.faults import Code
from tests.graphs.checking.broken import CHECKED, LARGE, READ, UPGRADED, found

WITHOUT_MEND = {
    Code.NOT_A_NUMBER,
    Code.TOO_LARGE,
    Code.TOO_MANY_NODES,
    Code.TOO_MANY_CELLS,
    Code.NOT_JSON,
    Code.BAD_SHAPE,
    Code.BAD_ID,
    Code.BAD_REFERENCE,
    Code.BAD_SEED,
    Code.BAD_VALUE,
    Code.UNKNOWN_OUTPUT,
    Code.FILE_KIND,
}
"""Faults that say instead what is allowed, or at which place the text is wrong."""

DOCUMENT_FAULTS = {Code.NOTHING_TO_RUN, Code.TOO_MANY_NODES, Code.TOO_MANY_CELLS, Code.TOO_MUCH_WORK}
PORT_FREE = {Code.UNKNOWN_KEY, Code.UNKNOWN_TYPE, Code.PLUGIN_FAILED}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder beside which and in which there are files."""
    inner = tmp_path / "graphs"
    inner.mkdir()
    (inner / "values.txt").write_text("1")
    (inner / "values.py").write_text("1")
    (tmp_path / "conftest.txt").write_text("1")
    return inner


@pytest.mark.parametrize("code", Code)
def test_every_code_is_reached_alone_and_says_how_to_mend_it(code: Code, folder: Path) -> None:
    (fault,) = found(code, folder)
    assert fault.code == code
    assert fault.severity == "error"
    assert fault.message
    assert fault.mend or (code in WITHOUT_MEND and (fault.allowed or fault.given or fault.message))


@pytest.mark.parametrize("code", CHECKED)
def test_a_fault_of_a_node_says_which_and_at_which_port(code: Code, folder: Path) -> None:
    (fault,) = found(code, folder)
    assert bool(fault.node) == (code not in DOCUMENT_FAULTS)
    assert bool(fault.port) == (code not in DOCUMENT_FAULTS | PORT_FREE)
    assert fault.place in str(fault)


def test_each_code_stands_in_one_table() -> None:
    tables: list[Code] = [*CHECKED, *READ, *UPGRADED, *LARGE]
    assert sorted(tables) == sorted(Code)
