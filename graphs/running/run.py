"""Running a plan: in order, in this process, in memory."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping

from graphs.catalogue.catalogue import Catalogue
from graphs.declaration.records import NodeType
from graphs.declaration.values import value_mark
from graphs.errors import InputError, NoiseloomError, place_of
from graphs.faults import brief
from graphs.files import Places
from graphs.flattening import FlatNode
from graphs.running.context import Cancelled, Meter, Preview, Progress, RunContext
from graphs.running.events import Advanced, Event, Failed, Finished, Planned, Previewed, Skipped, Started
from graphs.running.feeding import decoded, fed
from graphs.running.plan import Plan
from graphs.values import describe, tensors_of

Outputs = Mapping[str, object]


class NodeError(NoiseloomError):
    """A node did something that no node may do."""


class ChangedInputError(NodeError):
    """A node wrote to a value that came in on a wire."""


def run(
    plan: Plan, catalogue: Catalogue, files: Places, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Event]:
    """Run every node of a plan and tell what happens.

    Where a node fails, what does not depend on it still runs. `Cancelled` where `cancelled` answers true.
    """
    yield Planned(tuple(plan.nodes))
    done: dict[str, Outputs] = {}
    lost: dict[str, str] = {}
    for place, node in plan.nodes.items():
        if cancelled():
            raise Cancelled("the run was cancelled")
        cause = next((lost[source] for source in _source_paths(node) if source in lost), None)
        if cause is not None:
            lost[place] = cause
            yield Skipped(place, cause)
            continue
        for event in _run_node(place, node, done, catalogue, files, cancelled):
            if isinstance(event, Finished):
                done[place] = event.outputs
            elif isinstance(event, Failed):
                lost |= dict.fromkeys((place, *event.spoiled), place)
            yield event


def _run_node(
    place: str,
    node: FlatNode,
    done: Mapping[str, Outputs],
    catalogue: Catalogue,
    files: Places,
    cancelled: Callable[[], bool],
) -> Iterator[Event]:
    yield Started(place)
    began = time.perf_counter()
    meter = Meter(cancelled=cancelled)
    arguments: dict[str, object] = {}
    try:
        record = _record(node, catalogue)
        function = catalogue.function(record.id)
        began = time.perf_counter()  # what its module imports is not the node's time
        arguments = _arguments(node, record, done, files)
        given = {"run": RunContext(meter)} if record.run else {}
        versions = _versions(arguments)
        result = function(**arguments, **given)
        if isinstance(result, Generator):
            result = yield from _steps(place, result, cancelled)
        outputs = _outputs(result, record)
        _require_untouched(arguments, versions)
    except Cancelled:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a node may raise anything; it becomes an event
        blamed = isinstance(error, InputError)
        ours = isinstance(error, NoiseloomError)
        text = str(error) if ours else f"{type(error).__name__}: {error}{place_of(error)}"
        described = {name: describe(value) for name, value in arguments.items()}
        spoiled = tuple(_source_paths(node)) if isinstance(error, ChangedInputError) else ()
        yield Failed(place, text, blamed, described, "" if blamed else traceback.format_exc(), spoiled)
        return
    yield Finished(place, time.perf_counter() - began, meter.rows, meter.launches, outputs)


def _source_paths(node: FlatNode) -> list[str]:
    return [source for found in node.sources.values() for source, _ in found]


def _record(node: FlatNode, catalogue: Catalogue) -> NodeType:
    record = catalogue.find(node.node.type)
    if record is None:
        raise InputError(f"there is no node type '{node.node.type}'", mend="check the graph first")
    return record


def _steps(
    place: str, work: Generator[object, None, object], cancelled: Callable[[], bool]
) -> Generator[Event, None, object]:
    """Drive a node that yields; cancel is looked at whenever it does."""
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                return end.value
            if cancelled():
                raise Cancelled("the run was cancelled")
            if isinstance(step, Progress):
                yield Advanced(place, step.step, step.total)
            elif isinstance(step, Preview):
                yield Previewed(place, step.value)
            else:
                raise NodeError(f"the node yielded {brief(step)}; it may yield Progress and Preview")
    finally:
        work.close()


def _arguments(node: FlatNode, record: NodeType, done: Mapping[str, Outputs], files: Places) -> dict[str, object]:
    arguments: dict[str, object] = {}
    for port in record.inputs:
        values = [_output(done[source], name) for source, name in node.sources.get(port.name, [])]
        if port.many:
            arguments[port.name] = tuple(values)
        elif values:
            arguments[port.name] = values[0]
    for parameter in record.parameters:
        wired = node.sources.get(parameter.name)
        if wired:
            arguments[parameter.name] = fed(parameter, _output(done[wired[0][0]], wired[0][1]), files)
        else:
            literal = node.params.get(parameter.name, parameter.default)
            arguments[parameter.name] = decoded(parameter, literal, files)
    return arguments


def _output(outputs: Outputs, name: str | None) -> object:
    return outputs[name] if name is not None else next(iter(outputs.values()))


def _versions(arguments: Mapping[str, object]) -> dict[str, list[int]]:
    """How often each tensor of the data that came in has been written to."""
    return {name: [tensor._version for tensor in tensors_of(value)] for name, value in arguments.items()}  # noqa: SLF001


def _require_untouched(arguments: Mapping[str, object], before: Mapping[str, list[int]]) -> None:
    for name, versions in _versions(arguments).items():
        if versions != before[name]:
            raise ChangedInputError(
                f"the node changed its input '{name}' in place, which others use, too; work on a clone of it"
            )


def _outputs(result: object, record: NodeType) -> Outputs:
    named = hasattr(result, "_fields") or len(record.outputs) > 1 or record.outputs[0].name != "out"
    outputs = {port.name: getattr(result, port.name, None) if named else result for port in record.outputs}
    for port in record.outputs:
        value = outputs[port.name]
        declared = {cls.__name__ for cls in type(value).__mro__ if value_mark(cls)}
        if not declared & set(port.types):
            shown = type(value).__name__
            raise NodeError(f"{record.id} gave {shown} at '{port.name}', where it declares {' or '.join(port.types)}")
    return outputs
