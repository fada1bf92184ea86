"""Faults of the values that a node's parameters are given."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from graphs.declaration.parameters import FilePath, Number
from graphs.declaration.records import Parameter
from graphs.document.model import Node
from graphs.faults import Code, Fault, brief
from graphs.files import FileTrouble, Places, find_file
from graphs.naming import listing, suggestion
from graphs.signatures import Signature
from graphs.sweeps import Sweep, is_sweep, read_sweep


def parameter_faults(place: str, node: Node, signature: Signature, files: Places) -> Iterator[Fault]:
    """Every fault in `params` of one node."""
    for name, literal in node.params.items():
        parameter = signature.parameters.get(name)
        if parameter is None:
            yield _unknown(place, name, signature)
        elif name in node.inputs:
            mend = f'take "{name}" out of "params", or out of "inputs"'
            yield Fault(code=Code.WIRED_AND_SET, node=place, port=name, message="both wired and set", mend=mend)
        else:
            each = (list(literal_faults(place, knob, literal, files)) for knob in signature.set_by(name))
            yield from next(filter(None, each), [])


def literal_faults(place: str, parameter: Parameter, literal: JsonValue, files: Places) -> Iterator[Fault]:
    """The faults of one literal, each value of a sweep included."""
    if not is_sweep(literal):
        yield from _value_faults(place, parameter, literal, files)
        return
    sweep = sweep_of(place, parameter, literal)
    if isinstance(sweep, str):
        message, given = "this is no sweep", brief(literal)
        yield Fault(code=Code.BAD_SWEEP, node=place, port=parameter.name, message=message, given=given, mend=sweep)
        return
    for value in sweep.values:
        faults = list(_value_faults(place, parameter, value, files))
        if faults:
            yield from faults
            return


def sweep_of(place: str, parameter: Parameter, literal: JsonValue) -> Sweep | str:
    """The sweep that a literal spells, or the way to mend it."""
    integer = isinstance(parameter.kind, Number) and parameter.kind.integer
    return read_sweep(literal, f"{place}.{parameter.name}", integer=integer)


def _value_faults(place: str, parameter: Parameter, literal: JsonValue, files: Places) -> Iterator[Fault]:
    if literal is None and parameter.optional:
        return
    name, given = parameter.name, brief(literal)
    problem = parameter.kind.problem(literal)
    if problem is not None:
        text = "the value is out of range" if problem.code == Code.OUT_OF_RANGE else f"this is no value for '{name}'"
        mend = problem.mend
        if problem.code == Code.NOT_A_CHOICE and isinstance(literal, str):
            mend = suggestion(literal, problem.allowed.removeprefix("one of ").split(", "))
        yield Fault(
            code=Code(problem.code),
            node=place,
            port=name,
            message=text,
            given=given,
            allowed=problem.allowed,
            mend=mend,
        )
    elif isinstance(parameter.kind, FilePath):
        found = find_file(literal, parameter.kind.suffixes, files)
        if isinstance(found, FileTrouble):
            yield Fault(
                code=found.code,
                node=place,
                port=name,
                message=found.message,
                given=given,
                allowed=found.allowed,
                mend=found.mend,
            )


def _unknown(place: str, name: str, signature: Signature) -> Fault:
    if name in signature.inputs:
        mend = f"'{name}' is an input port: wire it in \"inputs\""
    else:
        mend = suggestion(name, signature.parameters)
    allowed = listing(signature.parameters)
    message = f"there is no parameter '{name}'"
    return Fault(code=Code.UNKNOWN_PARAMETER, node=place, port=name, message=message, allowed=allowed, mend=mend)
