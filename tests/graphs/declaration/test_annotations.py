"""From a signature to ports and parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import JsonValue

from graphs.declaration.parameters import (
    Choice,
    ColourCode,
    CurveOver,
    FilePath,
    Kind,
    Number,
    NumberList,
    Switch,
    TextBox,
)
from graphs.declaration.records import Port
from tests.graphs.declaration.declaring import declare, node
from tests.graphs.toyshop import toys

PORTS = [
    ("a: Amount", Port(name="a", types=("Amount",))),
    ("a: Amount | None = None", Port(name="a", types=("Amount",), optional=True)),
    ("a: Amount | Word", Port(name="a", types=("Amount", "Word"))),
    ("a: Amount | Word | None = None", Port(name="a", types=("Amount", "Word"), optional=True)),
    ("a: tuple[Amount, ...]", Port(name="a", types=("Amount",), many=True)),
    ("a: tuple[Amount | Word, ...] = ()", Port(name="a", types=("Amount", "Word"), many=True, optional=True)),
    ("a: tuple[Amount, ...] | None = None", Port(name="a", types=("Amount",), many=True, optional=True)),
    ("a: Machine", Port(name="a", types=("Machine",))),
]

PARAMETERS: list[tuple[str, Kind, JsonValue]] = [
    ("p: int = 3", Number(integer=True), 3),
    ("p: float = 3", Number(), 3),
    ("p: float = 0.5", Number(), 0.5),
    ("p: bool = True", Switch(), True),
    ("p: str = 'a'", TextBox(), "a"),
    ("p: Literal['a', 'b'] = 'b'", Choice(options=("a", "b")), "b"),
    ("p: Literal[1, 2] = 1", Choice(options=(1, 2)), 1),
    ("p: Curve = 2.0", CurveOver(), 2.0),
    ("p: Annotated[float | LevelCurve, CurveOver(minimum=0)] = 2.0", CurveOver(minimum=0), 2.0),
    ("p: Annotated[float, Number(minimum=0, infinite=True)] = float('inf')", Number(minimum=0, infinite=True), "inf"),
    ("p: Annotated[int, Number(minimum=1)] = 2", Number(minimum=1, integer=True), 2),
    ("p: tuple[float, ...] = (1.0, 2.0)", NumberList(), [1.0, 2.0]),
    ("p: tuple[int, ...] = ()", NumberList(item=Number(integer=True)), []),
    ("p: Annotated[str, ColourCode()] = '#ffffff'", ColourCode(), "#ffffff"),
    ("p: Annotated[Path | None, FilePath(suffixes=('.png',))] = None", FilePath(suffixes=(".png",)), None),
    ("p: int | None = None", Number(integer=True), None),
    ("p: int | None = 3", Number(integer=True), 3),
    ("p: Literal['a'] | None = None", Choice(options=("a",)), None),
]


@pytest.mark.parametrize(("text", "port"), PORTS)
def test_a_positional_parameter_is_an_input_port(text: str, port: Port, tmp_path: Path) -> None:
    assert declare(tmp_path, node(f"({text}) -> Amount")).inputs == (port,)


@pytest.mark.parametrize(("text", "kind", "default"), PARAMETERS)
def test_a_keyword_only_parameter_is_set_by_a_person(text: str, kind: Kind, default: JsonValue, tmp_path: Path) -> None:
    (parameter,) = declare(tmp_path, node(f"(*, {text}) -> Amount")).parameters
    assert parameter.kind == kind
    assert (type(parameter.default), parameter.default) == (type(default), default)
    assert parameter.optional == ("None" in text)


def test_other_spellings_are_kept_also_through_aliases(tmp_path: Path) -> None:
    source = node(
        "(*, p: Annotated[Few, also('q')] = 1, s: Annotated[int, also('t', 'u')] | None = None) -> Amount",
        before="Few = Annotated[int, Number(integer=True, maximum=9), also('r')]",
    )
    first, second = declare(tmp_path, source).parameters
    assert (sorted(first.also), second.also) == (["q", "r"], ("t", "u"))
    assert first.kind == Number(integer=True, maximum=9)


@pytest.mark.parametrize(
    ("annotation", "names"),
    [
        ("Amount", ["out"]),
        ("Steps[Amount]", ["out"]),
        ("Generator[Progress | Preview, None, Amount]", ["out"]),
        ("Both", ["low", "high"]),
        ("Steps[Both]", ["low", "high"]),
    ],
)
def test_the_return_annotation_gives_the_outputs(annotation: str, names: list[str], tmp_path: Path) -> None:
    before = "from collections.abc import Generator\nclass Both(NamedTuple):\n    low: Amount\n    high: Word\n"
    record = declare(tmp_path, node(f"() -> {annotation}", before=before))
    assert [port.name for port in record.outputs] == names
    assert record.outputs[0].types == ("Amount",)


def test_a_run_context_is_neither_port_nor_parameter(tmp_path: Path) -> None:
    record = declare(tmp_path, node("(a: Amount, *, run: RunContext, p: int = 1) -> Amount"))
    assert record.run
    assert [port.name for port in record.inputs] == ["a"]
    assert [parameter.name for parameter in record.parameters] == ["p"]


def test_the_toys_have_every_kind_of_parameter() -> None:
    found = {parameter.kind.kind for record in toys().nodes.values() for parameter in record.parameters}
    assert found == {"number", "seed", "switch", "choice", "text", "file", "curve", "colour", "numbers"}
