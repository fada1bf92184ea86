"""`@node`: what the catalogue keeps, and every declaration that cannot be one, with its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.errors import DeclarationError
from tests.graphs.declaration.declaring import declare, node
from tests.graphs.toys.mixing import add
from tests.graphs.toys.values import Amount

PAIR = "class Pair(NamedTuple):\n    {}\n"

REFUSED: dict[str, tuple[str, str]] = {
    "no docstring": ("@node\ndef made() -> Amount: ...\n", "has no docstring; say what it does"),
    "a port without annotation": (node("(a) -> Amount"), "'a' has no annotation; annotate it with a class"),
    "a parameter without annotation": (node("(*, p=1) -> Amount"), "'p' has no annotation"),
    "no return annotation": (node("(a: Amount)"), "has no return annotation; give the type of its output"),
    "a return of None": (node("() -> None"), "the return type of declared.made: NoneType is no port type"),
    "a return of a number": (node("() -> float"), "the return type of declared.made: float is no port type"),
    "an optional return": (node("() -> Amount | None"), "is no port type"),
    "an iterator": (
        node("() -> Iterator[Progress]", before="from collections.abc import Iterator"),
        "is no port type",
    ),
    "a positional number": (node("(p: float = 1.0) -> Amount"), "float is no port type; annotate it with a class"),
    "a list": (node("(a: list[Amount]) -> Amount"), "is no port type"),
    "data without a colour": (node("(a: Crumb) -> Amount"), "Crumb is no port type"),
    "a tuple of two": (node("(a: tuple[Amount, Amount]) -> Amount"), "a list of wires is annotated tuple[Type, ...]"),
    "a bare tuple": (node("(a: tuple) -> Amount"), "is no port type"),
    "an optional port without default": (node("(a: Amount | None) -> Amount"), "give it the default None"),
    "a port with a default": (node("(a: Amount = Amount(1.0)) -> Amount"), "no default but None or ()"),
    "any number of ports": (node("(*a: Amount) -> Amount"), "for a list of wires use tuple[Type, ...]"),
    "any names": (node("(**a: Amount) -> Amount"), "* and ** have no ports"),
    "a port given by place only": (node("(a: Amount, /) -> Amount"), "take the / out of the signature"),
    "a capital": (node("(A: Amount) -> Amount"), "small letters, digits and underscores; rename it"),
    "an underscore in front": (node("(*, _p: int = 1) -> Amount"), "small letters, digits and underscores; rename it"),
    "a parameter without default": (node("(*, p: int) -> Amount"), "has no default; a parameter needs one"),
    "a mutable default": (node("(*, p: tuple[float, ...] = []) -> Amount"), "is mutable; use a tuple or None"),
    "a default of another type": (node("(*, p: int = 'a') -> Amount"), "the default 'a' is not an integer"),
    "a default that is None": (node("(*, p: int = None) -> Amount"), "the default None is not an integer"),
    "a default out of bounds": (node("(*, p: Fraction = 1.5) -> Amount"), "1.5 is not a number from 0 to 1"),
    "a default that is no choice": (node("(*, p: Literal['a'] = 'b') -> Amount"), "'b' is not one of a"),
    "a default that is NaN": (node("(*, p: float = float('nan')) -> Amount"), "nan is not a number"),
    "a default without a literal": (node("(*, p: str = object()) -> Amount"), "has no literal form; use a number"),
    "a seed too large": (node("(*, p: Seed = 2**53) -> Amount"), "is not an integer from 0 to"),
    "a choice of truth values": (node("(*, p: Literal[True, 'a'] = 'a') -> Amount"), "not all text or integers"),
    "a choice with None": (node("(*, p: Literal['a', None] = 'a') -> Amount"), "not all text or integers"),
    "a dictionary": (node("(*, p: dict[str, int] = None) -> Amount"), "is no parameter type; use int, float"),
    "a port among the parameters": (node("(*, p: Amount = None) -> Amount"), "or make it a positional port"),
    "a bare curve": (node("(*, p: float | LevelCurve = 1.0) -> Amount"), "annotate a curve with Curve"),
    "a context by another name": (node("(*, context: RunContext) -> Amount"), "`*, run: RunContext`"),
    "a context by place": (node("(run: RunContext) -> Amount"), "`*, run: RunContext`"),
    "a type known to the checker only": (
        node(
            "(a: Hidden) -> Amount", before="if TYPE_CHECKING:\n    from tests.graphs.toys.values import Word as Hidden"
        ),
        "name 'Hidden' is not defined); import the type at run time, not under TYPE_CHECKING",
    ),
    "a type that its module lacks": (
        node("(a: values.Nothing) -> Amount", before="from tests.graphs.toys import values"),
        "an annotation cannot be read (module 'tests.graphs.toys.values' has no attribute 'Nothing')",
    ),
    "an annotation that is no Python": (node("(a: 'Amount |') -> Amount"), "an annotation cannot be read"),
    "two of one name": (node("(a: Amount, *, p: Annotated[int, also('a')] = 1) -> Amount"), "a is declared twice"),
    "two of one spelling": (
        node("(*, p: Annotated[int, also('x')] = 1, q: Annotated[int, also('x')] = 1) -> Amount"),
        "x is declared twice",
    ),
    "a version without its migration": (
        node("() -> Amount", decorator="@node(version=3, migrations={1: lambda saved: saved})"),
        "is version 3 but has no migration from 2; add it",
    ),
    "a conversion of nothing": (node("() -> Amount", decorator="@node(converts=True)"), "has no input to convert"),
    "an output with a capital": (
        node("() -> Pair", before=PAIR.format("Low: Amount")),
        "an output is named a small letter, then small letters",
    ),
    "an output of no port type": (node("() -> Pair", before=PAIR.format("low: float")), "low: float is no port type"),
    "an output of an unknown type": (
        node("() -> Pair", before=PAIR.format("low: Missing")),
        "'Missing' is not defined",
    ),
}
"""Sources of nodes that cannot be declared, and a part of what is said."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_declared_names_the_function_and_the_cure(name: str, tmp_path: Path) -> None:
    source, part = REFUSED[name]
    with pytest.raises(DeclarationError) as caught:
        declare(tmp_path, source)
    assert "declared.made" in str(caught.value)
    assert part in str(caught.value)


def test_a_node_stays_a_function() -> None:
    assert add(Amount(1.0), Amount(2.0), weight=0.5).value == 2.0
    assert vars(add)["__name__"] == "add"
    assert add.__doc__ == "left + weight · right."


def test_a_record_keeps_help_summary_place_and_options(tmp_path: Path) -> None:
    doc = '"""First line,\n    still the first.\n\n    More help.\n    """'
    record = declare(tmp_path, node("() -> Amount", decorator="@node(output=True, pure=False, also=('a.b',))", doc=doc))
    assert (record.id, record.kind, record.module, record.function) == ("kind.made", "kind", "declared", "made")
    assert (record.summary, record.help) == (
        "First line, still the first.",
        "First line,\nstill the first.\n\nMore help.",
    )
    assert (record.output, record.pure, record.converts, record.version, record.also) == (
        True,
        False,
        False,
        1,
        ("a.b",),
    )
    assert record.line > 0


def test_a_record_survives_json(tmp_path: Path) -> None:
    record = declare(tmp_path, node("(a: Amount, *, p: Curve = 1.0, q: Literal[1, 2] = 2) -> Steps[Amount]"))
    assert type(record).model_validate_json(record.model_dump_json()) == record
