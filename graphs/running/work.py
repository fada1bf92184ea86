"""Computing one task: arguments in, the node's function, outputs checked and digested."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Mapping
from typing import NamedTuple

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType
from graphs.declaration.values import value_mark
from graphs.errors import InputError, NoiseloomError, place_of
from graphs.faults import brief
from graphs.parts import Parts, digest_of, parts_of, parts_of_packed
from graphs.running.context import Cancelled, Keep, Meter, Preview, Progress, RunContext
from graphs.running.exhaustion import explain, is_out_of_memory
from graphs.running.feeding import decoded, fed
from graphs.running.gathering import PREFIX, gather, gather_type, is_gathering
from graphs.running.residents import Residents
from graphs.running.tasks import Broken, Done, Held, Saved, Shown, Stepped, Task, Told
from graphs.values import describe, pack

KEEP_EVERY = 2.0
"""Seconds between two times that something is kept of a node under way: to keep it, a GPU has to be waited for."""


class NodeError(NoiseloomError):
    """A node did something that no node may do."""


class ChangedInputError(NodeError):
    """A node wrote to a value that came in on a wire."""


class Result(NamedTuple):
    """What a task ended with: what is told of it, and the values by name for whoever needs them next."""

    told: Done | Broken
    values: Mapping[str, Held]


class Callables(dict[str, tuple[Callable[..., object], NodeType]]):
    """What computes each node type, and its record; each is imported when it is first needed."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self.catalogue = catalogue

    def __missing__(self, identifier: str) -> tuple[Callable[..., object], NodeType]:
        found = self[identifier] = _callable(identifier, self.catalogue)
        return found


def work(
    task: Task,
    values: Mapping[str, Held],
    callables: Callables,
    device: str,
    cancelled: Callable[[], bool],
    residents: Residents,
) -> Generator[Told, None, Result]:
    """Compute a task; the values of its inputs are there. `Cancelled` where `cancelled` answers true."""
    arguments: dict[str, object] = {}
    meter = Meter(cancelled=cancelled)
    try:
        call, record = callables[task.type]
        began = time.perf_counter()  # what its module imports is not the node's time
        arguments = _arguments(task, record, values)
        kept = values[task.kept].value if task.kept else None
        given = {"run": RunContext(meter, device, kept, residents)} if record.run else {}
        versions = _versions(task, values)
        try:
            result = call(**arguments, **given)
            if isinstance(result, Generator):
                result = yield from _steps(result, cancelled)
        finally:
            _require_untouched(task, values, versions)
        found = [_held(value) for value in _outputs(result, record)]
        outputs = tuple([_content(held, name) for held, name in zip(found, task.outputs, strict=True)])
    except Cancelled:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a node may raise anything; it becomes an answer
        blamed = isinstance(error, InputError)
        described = {name: describe(value) for name, value in arguments.items()}
        spoiled, exhausted = isinstance(error, ChangedInputError), is_out_of_memory(error)
        trace = "" if blamed else traceback.format_exc()
        return Result(Broken(_told(error, device), blamed, described, trace, spoiled, exhausted), {})
    done = Done(outputs, time.perf_counter() - began, meter.rows, meter.launches, meter.besides)
    named = {name: held for (name, _), held in zip(outputs, found, strict=True)}
    named |= {name: held for name, held in zip(task.outputs, found, strict=True) if name}
    return Result(done, named)


def _told(error: BaseException, device: str) -> str:
    if is_out_of_memory(error):
        return explain(error, device)
    return str(error) if isinstance(error, NoiseloomError) else f"{type(error).__name__}: {error}{place_of(error)}"


def _callable(identifier: str, catalogue: Catalogue) -> tuple[Callable[..., object], NodeType]:
    if is_gathering(identifier):
        name = identifier.removeprefix(PREFIX)
        target = catalogue.value_class(name)
        return lambda cells, axes: gather(target, axes, cells), gather_type(catalogue.values[name])
    record = catalogue.find(identifier)
    if record is None:
        raise InputError(f"there is no node type '{identifier}'", mend="check the graph first")
    return catalogue.function(record.id).function, record


def _steps(node: Generator[object, None, object], cancelled: Callable[[], bool]) -> Generator[Told, None, object]:
    """Drive a node that yields; cancel is looked at whenever it does."""
    last = time.monotonic()
    try:
        while True:
            try:
                step = next(node)
            except StopIteration as end:
                return end.value
            if cancelled():
                raise Cancelled("the run was cancelled")
            if isinstance(step, Progress):
                yield Stepped(step.step, step.total)
            elif isinstance(step, Preview):
                yield Shown(step.value)
            elif not isinstance(step, Keep):
                raise NodeError(f"the node yielded {brief(step)}; it may yield Progress, Preview and Keep")
            elif time.monotonic() - last >= KEEP_EVERY:
                last = time.monotonic()
                yield Saved(parts_of(step.value))
    finally:
        node.close()


def _arguments(task: Task, record: NodeType, values: Mapping[str, Held]) -> dict[str, object]:
    arguments: dict[str, object] = {}
    for port in record.inputs:
        found = [values[name].value for name in task.inputs.get(port.name, ())]
        if port.many:
            arguments[port.name] = tuple(found)
        elif found:
            arguments[port.name] = found[0]
    for parameter in record.parameters:
        wired = task.inputs.get(parameter.name)
        if wired:
            arguments[parameter.name] = fed(parameter, values[wired[0]].value, task.files)
        else:
            literal = task.params.get(parameter.name, parameter.default)
            arguments[parameter.name] = decoded(parameter, literal, task.files)
    return arguments


def _versions(task: Task, values: Mapping[str, Held]) -> list[int]:
    """How often each tensor that comes in has been written to."""
    held = (values[name] for names in task.inputs.values() for name in names)
    return [tensor._version for entry in held for tensor in entry.tensors]  # noqa: SLF001


def _require_untouched(task: Task, values: Mapping[str, Held], before: list[int]) -> None:
    if _versions(task, values) == before:
        return
    known = iter(before)
    for port, names in task.inputs.items():
        if any(tensor._version != next(known) for name in names for tensor in values[name].tensors):  # noqa: SLF001
            raise ChangedInputError(
                f"the node changed its input '{port}' in place, which others use, too; work on a clone of it"
            )


def _outputs(result: object, record: NodeType) -> list[object]:
    ports = record.outputs
    named = len(ports) > 1 or ports[0].name != "out" or (isinstance(result, tuple) and hasattr(result, "_fields"))
    outputs = [getattr(result, port.name, None) for port in ports] if named else [result]
    for port, value in zip(ports, outputs, strict=True):
        shown = type(value).__name__
        if shown in port.types and value_mark(type(value)):
            continue
        declared = {cls.__name__ for cls in type(value).__mro__ if value_mark(cls)}
        if not declared & {*port.types}:
            raise NodeError(f"{record.id} gave {shown} at '{port.name}', where it declares {' or '.join(port.types)}")
    return outputs


def _held(value: object) -> Held:
    """A result with what it is made of."""
    mark = value_mark(type(value)) or next(found for cls in type(value).__mro__ if (found := value_mark(cls)))
    return Held(value) if mark.behaviour else Held(value, pack(value))


def _content(held: Held, name: str) -> tuple[str, Parts | None]:
    """The name of a result and its content; a behaviour has none, and the name that its recipe gave it."""
    if held.packed is None:
        return name, None
    parts = parts_of_packed(held.packed)
    return digest_of(parts), parts
