"""Faults of the values that a node's parameters are given."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from graphs.declaration.parameters import FilePath, Number, Problem, SeedNumber
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
        if name not in signature.parameters:
            yield _unknown(place, name, signature)
        elif name in node.inputs:
            mend = f'take "{name}" out of "params", or out of "inputs"'
            yield Fault(code=Code.WIRED_AND_SET, node=place, port=name, message="both wired and set", mend=mend)
        else:
            for knob in signature.set_by(name):
                fault = literal_fault(place, knob, literal, files)
                if fault is not None:
                    yield fault
                    break


def literal_fault(place: str, parameter: Parameter, literal: JsonValue, files: Places) -> Fault | None:
    """The fault of one literal; of a sweep, that of its first value with one."""
    if not is_sweep(literal):
        return _value_fault(place, parameter, literal, files)
    sweep = sweep_of(place, parameter, literal)
    if isinstance(sweep, str):
        message, given = "this is no sweep", brief(literal)
        return Fault(code=Code.BAD_SWEEP, node=place, port=parameter.name, message=message, given=given, mend=sweep)
    faults = (_value_fault(place, parameter, value, files) for value in sweep.values)
    return next(filter(None, faults), None)


def sweep_of(place: str, parameter: Parameter, literal: JsonValue) -> Sweep | str:
    """The sweep that a literal spells, or the way to mend it."""
    kind = parameter.kind
    integer = isinstance(kind, SeedNumber) or (isinstance(kind, Number) and kind.integer)
    return read_sweep(literal, f"{place}.{parameter.name}", integer=integer)


def _value_fault(place: str, parameter: Parameter, literal: JsonValue, files: Places) -> Fault | None:
    if literal is None and parameter.optional:
        return None
    kind = parameter.kind
    problem = kind.problem(literal)
    if problem is not None:
        return _problem_fault(place, parameter.name, literal, problem)
    return _file_fault(place, parameter.name, literal, kind, files) if kind.kind == "file" else None


def _problem_fault(place: str, name: str, literal: JsonValue, problem: Problem) -> Fault:
    message = "the value is out of range" if problem.code == Code.OUT_OF_RANGE else f"this is no value for '{name}'"
    mend = problem.mend
    if problem.code == Code.NOT_A_CHOICE and isinstance(literal, str):
        mend = suggestion(literal, problem.allowed.removeprefix("one of ").split(", "))
    return Fault(
        code=Code(problem.code),
        node=place,
        port=name,
        message=message,
        given=brief(literal),
        allowed=problem.allowed,
        mend=mend,
    )


def _file_fault(place: str, name: str, literal: JsonValue, kind: FilePath, files: Places) -> Fault | None:
    found = find_file(literal, kind.suffixes, files, folder=kind.folder)
    if not isinstance(found, FileTrouble):
        return None
    return Fault(
        code=found.code,
        node=place,
        port=name,
        message=found.message,
        given=brief(literal),
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
