"""The engine's own node: it gathers the cells of a sweep into one value, as a contact sheet or a table."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from graphs.declaration.parameters import TextBox
from graphs.declaration.records import NodeType, Parameter, Port, ValueType
from graphs.errors import DeclarationError
from graphs.media import Axis, Cells, Gathering

PREFIX = "sweep.gather."


def gather_type(value: ValueType) -> NodeType:
    """The node type that gathers into this type of value."""
    text = f"The cells of a sweep as one {value.name}."
    return NodeType(
        id=PREFIX + value.name,
        module=value.module,
        function="",
        line=0,
        summary=text,
        help=text,
        inputs=(Port(name="cells", types=value.gathers, many=True),),
        parameters=(Parameter(name="axes", kind=TextBox(), default=[]),),
        outputs=(Port(name="out", types=(value.name,)),),
    )


def is_gathering(identifier: str) -> bool:
    """Whether a type is one of these."""
    return identifier.startswith(PREFIX)


def axes_literal(axes: Sequence[Axis]) -> JsonValue:
    """Axes as JSON."""
    return [
        {"name": axis.name, "parameters": [[path, list(values)] for path, values in axis.parameters]} for axis in axes
    ]


def gather(target: type, literal: JsonValue, values: Sequence[object]) -> object:
    """All cells as one value of the target type."""
    if not issubclass(target, Gathering):
        raise DeclarationError(f"{target.__name__} has no class method `gather`; add it")
    return target.gather(Cells(_axes(literal), tuple(values)))


def _axes(literal: JsonValue) -> tuple[Axis, ...]:
    axes = []
    for entry in literal if isinstance(literal, list) else []:
        match entry:
            case {"name": str(name), "parameters": [*parameters]}:
                axes.append(Axis(name, tuple(_parameter(parameter) for parameter in parameters)))
            case _:
                raise TypeError(f"{entry!r} is no axis")
    return tuple(axes)


def _parameter(literal: JsonValue) -> tuple[str, tuple[JsonValue, ...]]:
    match literal:
        case [str(path), [*values]]:
            return path, tuple(values)
    raise TypeError(f"{literal!r} is no swept parameter")
