"""Tables: what a sweep's numbers become, and files that another program reads back exactly."""

from __future__ import annotations

import csv
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from graphs import InputError
from graphs.media import Axis, Cells, Gathering, Savable
from graphs.values import describe, pack, unpack
from nodes.contracts.media import Number, Text
from nodes.contracts.table import Table
from nodes.output.table import table
from tests.nodes.contracts.sweeping import axis, noise


def read_back(saved: Table) -> list[list[str]]:
    """The rows of a table's file, the names first."""
    (file,) = saved.files()
    assert file.suffix == ".csv"
    return list(csv.reader(io.StringIO(file.content.decode(), newline=""), strict=True))


def test_a_sweep_has_a_row_for_each_cell_with_the_last_axis_fastest() -> None:
    cells = Cells((axis("a.p", 1, 2), axis("b.q", "x", "y", None)), tuple(map(Number, range(6))))
    found = Table.gather(cells)
    assert [name for name, _ in found.columns] == ["p", "q", "value"]
    assert found.rows() == ((1, "x", 0), (1, "y", 1), (1, None, 2), (2, "x", 3), (2, "y", 4), (2, None, 5))


def test_parameters_in_step_have_a_column_each() -> None:
    both = Axis("both", (("cfg.guidance_scale", (1.0, 2.5)), ("noise.seed", (3, 4))))
    assert Table.gather(Cells((both,), (Number(0.5), Text("dark")))).columns == (
        ("guidance_scale", (1.0, 2.5)),
        ("seed", (3, 4)),
        ("value", (0.5, "dark")),
    )


def test_a_single_value_is_a_table_of_one_row() -> None:
    assert Table.gather(Cells((), (Number(0.5),))).columns == (("value", (0.5,)),)


def test_clashing_names_are_whole_paths_also_where_one_clashes_with_the_value() -> None:
    axes = (axis("a.seed", 1), axis("b.seed", 2), axis("c.value", 3))
    assert [name for name, _ in Table.gather(Cells(axes, (Number(0.0),))).columns] == [
        "a.seed",
        "b.seed",
        "c.value",
        "value",
    ]


def test_values_that_are_no_numbers_or_texts_are_written_as_in_a_graph() -> None:
    swept = axis("n.p", True, {"curve": [[1, 2]]}, [1, "é"])
    assert Table.gather(Cells((swept,), (Number(0.0),) * 3)).columns[0][1] == (
        "true",
        '{"curve": [[1, 2]]}',
        '[1, "é"]',
    )


def test_a_cell_that_holds_no_number_or_text_is_refused() -> None:
    with pytest.raises(InputError, match=r"(?s)no number or text.*Image"):
        Table.gather(Cells((axis("n.p", 1, 2),), (Number(1.0), noise(0))))


@pytest.mark.parametrize("columns", [(), (("a", (1.0,)), ("a", (2.0,))), (("a", (1.0,)), ("b", ()))])
def test_columns_that_make_no_table_are_refused(columns: tuple[tuple[str, tuple[float, ...]], ...]) -> None:
    with pytest.raises(InputError, match="no columns of a table"):
        Table(columns)


@given(draw.lists(draw.floats(allow_nan=False), min_size=1))
def test_a_file_keeps_every_bit_of_a_number(numbers: list[float]) -> None:
    rows = read_back(Table((("value", tuple(numbers)),)))[1:]
    assert [struct.pack("d", float(text)) for (text,) in rows] == [struct.pack("d", number) for number in numbers]


@given(draw.lists(draw.text(), min_size=1), draw.text())
def test_a_file_keeps_every_text(texts: list[str], name: str) -> None:
    written = Table(((name, tuple(texts)), (f"{name} again", tuple(texts))))
    assert read_back(written) == [[name, f"{name} again"], *([text, text] for text in texts)]


def test_a_file_has_lines_as_rfc_4180_wants_them_and_empty_places() -> None:
    (file,) = Table((("a", (1.5, None)), ('b"', ("x,y", 2)))).files()
    assert file.content == b'a,"b"""\r\n1.5,"x,y"\r\n,2\r\n'


def test_half_a_letter_is_no_reason_to_lose_a_table() -> None:
    assert read_back(Table((("a", ("\ud800",)),))) == [["a"], ["?"]]


def test_a_table_is_data_that_gathers_and_is_saved() -> None:
    written = Table((("a", (1.5, None)), ("b", ("x", 2))))
    again = unpack(pack(written), {"Table": Table}.__getitem__)
    assert isinstance(again, Table)
    assert again.columns == written.columns
    assert isinstance(written, Savable)
    assert isinstance(written, Gathering)
    assert describe(written) == "Table: 2 rows of a, b"


def test_the_node_gives_the_table_that_it_was_given() -> None:
    written = Table((("a", (1.0,)),))
    assert table(written) is written
