"""Reading a node's signature: positional parameters are ports, keyword-only ones are parameters."""

from __future__ import annotations

import collections.abc
import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from graphs.curves import LevelCurve
from graphs.declaration.abilities import Needs
from graphs.declaration.parameters import Also, Choice, Kind, Number, NumberList, Switch, TextBox
from graphs.declaration.records import Parameter, Port
from graphs.declaration.values import value_mark
from graphs.errors import DeclarationError
from graphs.naming import IDENTIFIER_RULE, is_identifier
from graphs.running.context import RunContext

READING_CURE = "import the type at run time, not under TYPE_CHECKING"
PORT_CURE = "annotate it with a class declared by @data(colour=...) or @behaviour(colour=...), or make it keyword-only"


@dataclass(frozen=True)
class Signature:
    """A node's ports and parameters; `run` where it asks for a `RunContext`."""

    inputs: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Port, ...]
    run: bool


def read_signature(function: Callable[..., object], name: str) -> Signature:
    """The ports and parameters of a function; `DeclarationError` names the function and the cure."""
    hints = _hints(function, name)
    inputs, parameters, run = [], [], False
    for entry in inspect.signature(function).parameters.values():
        place = f"{name}, '{entry.name}'"
        if entry.name not in hints:
            raise DeclarationError(f"{place} has no annotation; {PORT_CURE}")
        if not is_identifier(entry.name):
            raise DeclarationError(f"{place}: a graph can only name small letters, digits and underscores; rename it")
        if entry.kind in (entry.VAR_POSITIONAL, entry.VAR_KEYWORD):
            raise DeclarationError(f"{place}: * and ** have no ports; for a list of wires use tuple[Type, ...]")
        if entry.kind is entry.POSITIONAL_ONLY:
            raise DeclarationError(f"{place}: ports are given by name; take the / out of the signature")
        if hints[entry.name] is RunContext:
            if entry.name != "run" or entry.kind is not entry.KEYWORD_ONLY:
                raise DeclarationError(f"{place}: a RunContext is asked for as `*, run: RunContext`")
            run = True
        elif entry.kind is entry.KEYWORD_ONLY:
            parameters.append(_read_parameter(entry, hints[entry.name], place))
        else:
            inputs.append(_read_input(entry, hints[entry.name], place))
    if "return" not in hints:
        raise DeclarationError(f"{name} has no return annotation; give the type of its output")
    return Signature(tuple(inputs), tuple(parameters), _read_outputs(hints["return"], name), run)


def _hints(declared: object, name: str) -> dict[str, object]:
    try:
        return dict(typing.get_type_hints(declared, include_extras=True))
    except (AttributeError, NameError, SyntaxError, TypeError) as error:
        raise DeclarationError(f"{name}: an annotation cannot be read ({error}); {READING_CURE}") from error


def _read_input(entry: inspect.Parameter, annotation: object, place: str) -> Port:
    arms = tuple(arm for arm in _arms(annotation) if arm is not type(None))
    optional = len(arms) < len(_arms(annotation))
    many = len(arms) == 1 and typing.get_origin(arms[0]) is tuple
    if many:
        inner = typing.get_args(arms[0])
        if len(inner) != 2 or inner[1] is not Ellipsis:  # noqa: PLR2004
            raise DeclarationError(f"{place}: a list of wires is annotated tuple[Type, ...]")
        arms = _arms(inner[0])
    names = tuple(_port_type(typing.get_args(arm)[0] if _is_annotated(arm) else arm, place) for arm in arms)
    needed = tuple(name for arm in arms if _is_annotated(arm) for name in _needed(arm))
    if entry.default is not entry.empty and entry.default not in (None, ()):
        raise DeclarationError(f"{place}: an input port has no default but None or (); make it keyword-only")
    if optional and entry.default is entry.empty:
        raise DeclarationError(f"{place} may be None, so give it the default None")
    return Port(name=entry.name, types=names, many=many, optional=entry.default is not entry.empty, needs=needed)


def _is_annotated(arm: object) -> bool:
    return typing.get_origin(arm) is Annotated


def _needed(arm: object) -> tuple[str, ...]:
    """The abilities that an annotation asks for."""
    return tuple(name for extra in typing.get_args(arm)[1:] if isinstance(extra, Needs) for name in extra.abilities)


def _read_outputs(annotation: object, name: str) -> tuple[Port, ...]:
    if typing.get_origin(annotation) is collections.abc.Generator:
        annotation = typing.get_args(annotation)[2]
    fields = getattr(annotation, "_fields", None)
    if isinstance(annotation, type) and issubclass(annotation, tuple) and fields:
        hints = _hints(annotation, name)
        if not all(is_identifier(key) for key in fields):
            raise DeclarationError(f"{name}: an output is named {IDENTIFIER_RULE}; rename {', '.join(fields)}")
        return tuple(Port(name=key, types=(_port_type(hints[key], f"{name} → {key}"),)) for key in fields)
    return (Port(name="out", types=(_port_type(annotation, f"the return type of {name}"),)),)


def _port_type(annotation: object, place: str) -> str:
    mark = value_mark(annotation)
    if mark is None or not mark.colour or not isinstance(annotation, type):
        shown = annotation.__name__ if isinstance(annotation, type) else str(annotation)
        raise DeclarationError(f"{place}: {shown} is no port type; {PORT_CURE}")
    return annotation.__name__


def _read_parameter(entry: inspect.Parameter, annotation: object, place: str) -> Parameter:
    if entry.default is entry.empty:
        raise DeclarationError(f"{place} has no default; a parameter needs one, so that a new node works at once")
    if isinstance(entry.default, (list, dict, set)):
        raise DeclarationError(f"{place}: the default {entry.default!r} is mutable; use a tuple or None")
    optional, kind, names = _read_kind(annotation, place)
    try:
        value = None if entry.default is None and optional else kind.encode(entry.default)
    except TypeError as error:
        raise DeclarationError(f"{place}: the default {error}; use a number, a text or a truth value") from error
    trouble = None if value is None and optional else kind.problem(value)
    if trouble is not None:
        raise DeclarationError(f"{place}: the default {entry.default!r} is not {trouble.allowed}")
    return Parameter.model_validate(
        {"name": entry.name, "kind": kind.model_dump(), "default": value, "optional": optional, "also": names}
    )


def _read_kind(annotation: object, place: str) -> tuple[bool, Kind, tuple[str, ...]]:
    kinds: list[Kind] = []
    names: list[str] = []
    optional = False
    while typing.get_origin(annotation) is Annotated:
        annotation, *extras = typing.get_args(annotation)
        kinds += [extra for extra in extras if isinstance(extra, Kind)]
        names += [name for extra in extras if isinstance(extra, Also) for name in extra.names]
    arms = _arms(annotation)
    if type(None) in arms:
        optional = True
        rest = [arm for arm in arms if arm is not type(None)]
        if len(rest) == 1 and not kinds:
            _, kind, inner = _read_kind(rest[0], place)
            return True, kind, (*names, *inner)
    kind = kinds[-1] if kinds else _plain_kind(annotation, place)
    if annotation is int and isinstance(kind, Number):
        kind = kind.model_copy(update={"integer": True})
    return optional, kind, tuple(names)


def _plain_kind(annotation: object, place: str) -> Kind:
    plain: dict[object, Kind] = {bool: Switch(), int: Number(integer=True), float: Number(), str: TextBox()}
    if isinstance(annotation, type) and annotation in plain:
        return plain[annotation]
    if typing.get_origin(annotation) is Literal:
        options = typing.get_args(annotation)
        if not all(type(option) in (str, int) for option in options):
            raise DeclarationError(f"{place}: the choices {options} are not all text or integers; make them so")
        return Choice(options=options)
    arguments = typing.get_args(annotation)
    if typing.get_origin(annotation) is tuple and arguments[1:] == (Ellipsis,) and arguments[0] in (int, float):
        return NumberList(item=Number(integer=arguments[0] is int))
    if set(_arms(annotation)) == {float, LevelCurve}:
        raise DeclarationError(f"{place}: annotate a curve with Curve")
    message = (
        f"{place}: {annotation} is no parameter type; use int, float, bool, str, Literal[...], Curve, Seed, Prompt,"
    )
    raise DeclarationError(f"{message} a tuple of numbers or Annotated[..., Number(...)], or make it a positional port")


def _arms(annotation: object) -> tuple[object, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)
