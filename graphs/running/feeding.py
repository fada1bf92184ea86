"""What a parameter is given: the value of a literal, or of what a wire brings."""

from __future__ import annotations

from pydantic import JsonValue

from graphs.declaration.parameters import FilePath
from graphs.declaration.records import Parameter
from graphs.errors import InputError
from graphs.faults import brief
from graphs.files import FileTrouble, Places, find_file
from graphs.media import Feeding


def fed(parameter: Parameter, value: object, files: Places) -> object:
    """The value for a parameter from what a wire brings; `InputError` where it brings none that fits."""
    literal = value.parameter() if isinstance(value, Feeding) else None
    problem = parameter.kind.problem(literal)
    if problem is not None:
        message = f"the wire brings no value for '{parameter.name}'"
        raise InputError(message, given=brief(literal), allowed=problem.allowed, mend=problem.mend)
    return decoded(parameter, literal, files)


def decoded(parameter: Parameter, literal: JsonValue, files: Places) -> object:
    """The value for a parameter from a literal without a problem; a file as its resolved path."""
    if literal is None:
        return None
    if isinstance(parameter.kind, FilePath):
        found = find_file(literal, parameter.kind.suffixes, files, folder=parameter.kind.folder)
        if isinstance(found, FileTrouble):
            raise InputError(
                found.message, where=parameter.name, given=brief(literal), allowed=found.allowed, mend=found.mend
            )
        return found
    return parameter.kind.decode(literal)
