"""From text to a document: strict JSON, bounded, migrated; every fault of the text and of its shape at once."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import NoReturn

from pydantic import JsonValue, ValidationError

from graphs.document.migrations import FORMAT_MIGRATIONS, FormatMigration
from graphs.document.model import FORMAT, GRAPH_TYPE, Document, Level, join, walk
from graphs.faults import Code, Fault, GraphError, brief
from graphs.naming import IDENTIFIER_RULE, are_identifiers, is_identifier, nearest

LARGEST_TEXT = 64 * 2**20
"""Bytes of JSON that are read at the most."""

DEEPEST = 100
"""Nested brackets that are read at the most."""


class _KeyTwiceError(Exception):
    """A key stands twice in one object of the text that is read."""


def loads(text: str | bytes, migrations: Mapping[int, FormatMigration] = FORMAT_MIGRATIONS) -> Document:
    """The document in `text`. `GraphError` holds all faults of text and shape; nothing is looked up or run."""
    text = _strict_text(text)
    document = _current(text, _newest(migrations)) or _migrated(text, migrations)
    faults = _identifier_faults(document)
    if faults:
        raise GraphError(tuple(faults))
    return document


def parse_json(text: str | bytes) -> JsonValue:
    """Strict JSON: UTF-8, no key twice, no NaN, no infinity, bounded in size and depth."""
    value: JsonValue = json.loads(_strict_text(text))
    return value


def _strict_text(text: str | bytes) -> str:
    """The text of strict JSON, read through once without keeping what it holds."""
    if len(text) > LARGEST_TEXT:
        _refuse(Code.TOO_LARGE, "the graph is too large", f"{len(text)} bytes", f"at most {LARGEST_TEXT} bytes")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            _refuse(Code.NOT_TEXT, f"byte {error.start} is not UTF-8 text", mend="save the graph as UTF-8")
    try:
        skeleton = _scan(text, _skeleton)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        _refuse(Code.NOT_JSON, message, brief(text[error.pos : error.pos + 40]), mend="correct the text at that place")
    except RecursionError:
        _refuse_depth()
    except _KeyTwiceError:
        skeleton = _scan(text, _unique_keys)  # once more, with the values for the message
    _check_depth(skeleton)
    _check_characters(text)
    return text


def _scan(text: str, each_object: Callable[[list[tuple[str, JsonValue]]], object]) -> object:
    scanned: object = json.loads(
        text,
        object_pairs_hook=each_object,
        parse_constant=_refuse_constant,
        parse_float=_finite_float,
        parse_int=_bounded_int,
    )
    return scanned


def _skeleton(pairs: list[tuple[str, JsonValue]]) -> tuple[object, ...]:
    """An object as the lists and other such tuples in it, which is enough to know its depth; most are empty."""
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise _KeyTwiceError
    return tuple([value for value in entries.values() if isinstance(value, (list, tuple))])


def _unique_keys(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    made: dict[str, JsonValue] = {}
    for key, value in pairs:
        if key in made:
            message, given = f'the key "{key}" stands twice in one object', f"{brief(made[key])} and {brief(value)}"
            _refuse(Code.DUPLICATE_KEY, message, given, mend="keep one of the two, or give one another name")
        made[key] = value
    return made


def _refuse_constant(name: str) -> NoReturn:
    _refuse(
        Code.NOT_A_NUMBER, f"{name} is not a number that a graph can hold", name, 'finite numbers; infinity is "inf"'
    )


def _finite_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        _refuse_constant(brief(digits))
    return value


def _bounded_int(digits: str) -> int:
    if len(digits) > 400:  # noqa: PLR2004 - beyond every float, and quadratic to read
        _refuse_constant(brief(digits))
    return int(digits)


def _check_depth(skeleton: object) -> None:
    """One bracket deeper at a time."""
    brackets = [skeleton] if isinstance(skeleton, (list, tuple)) else []
    for _ in range(DEEPEST):
        brackets = [inner for outer in brackets for inner in outer if isinstance(inner, (list, tuple))]
    if brackets:
        _refuse_depth()


def _check_characters(text: str) -> None:
    """A surrogate is in the text itself, or what an escape in it stands for."""
    meant = json.dumps(json.loads(text), ensure_ascii=False) if "\\u" in text else text
    try:
        text.encode()
        meant.encode()
    except UnicodeEncodeError:
        _refuse_surrogate()


def _refuse_surrogate() -> NoReturn:
    _refuse(Code.NOT_TEXT, "a text holds half of a surrogate pair", mend="write the character itself, or both halves")


def _refuse_depth() -> NoReturn:
    _refuse(
        Code.TOO_DEEP, "brackets are nested too deeply", allowed=f"at most {DEEPEST} levels", mend="flatten subgraphs"
    )


def _refuse(code: Code, message: str, given: str = "", allowed: str = "", mend: str = "") -> NoReturn:
    raise GraphError((Fault(code=code, message=message, given=given, allowed=allowed, mend=mend),))


def _refuse_stranger(raw: JsonValue) -> NoReturn:
    entries = raw if isinstance(raw, dict) else {}
    allowed = f'an object with "noiseloom": {FORMAT} and "nodes"'
    if {"links", "last_node_id"} <= set(entries) or any(
        "class_type" in e for e in entries.values() if isinstance(e, dict)
    ):
        _refuse(Code.NOT_A_GRAPH, "this is a workflow of ComfyUI, which cannot be opened here", allowed=allowed)
    given = brief(sorted(entries)) if entries else brief(raw)
    _refuse(
        Code.NOT_A_GRAPH, "this JSON is not a Noiseloom graph", given, allowed, f'add "noiseloom": {FORMAT} at the top'
    )


def _newest(migrations: Mapping[int, FormatMigration]) -> int:
    return max([FORMAT, *(old + 1 for old in migrations)])


def _current(text: str, newest: int) -> Document | None:
    """The document, where it has the newest format already and no fault of shape."""
    try:
        document = Document.model_validate_json(text)
    except ValidationError:
        return None
    return document if "noiseloom" in document.model_fields_set and document.noiseloom == newest else None


def _migrated(text: str, migrations: Mapping[int, FormatMigration]) -> Document:
    """The document after all migrations; `GraphError` where it is none, or has faults of shape."""
    raw: JsonValue = json.loads(text)
    if not isinstance(raw, dict) or "noiseloom" not in raw:
        _refuse_stranger(raw)
    raw = _to_current_format(raw, migrations)
    try:
        return Document.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        raise GraphError(_shape_faults(error)) from error


def _to_current_format(raw: dict[str, JsonValue], migrations: Mapping[int, FormatMigration]) -> dict[str, JsonValue]:
    version, newest = raw["noiseloom"], _newest(migrations)
    if isinstance(version, bool) or not isinstance(version, int):
        _refuse(Code.BAD_SHAPE, 'the format ("noiseloom") is not an integer', brief(version), f"1 to {FORMAT}")
    if version > newest:
        mend = "install a newer Noiseloom; the file is left as it is"
        message, given = "the graph was written by a newer Noiseloom", f"format {version}"
        _refuse(Code.NEWER_FORMAT, message, given, f"up to {newest}", mend)
    while version < newest:
        if version not in migrations:
            _refuse(Code.BAD_SHAPE, f"there was never a format {version}", str(version), f"1 to {newest}")
        raw, version = {**migrations[version](raw), "noiseloom": version + 1}, version + 1
    return raw


def _shape_faults(error: ValidationError) -> tuple[Fault, ...]:
    """Each place once, and the inner one of two: a union reports a fault for each of its arms."""
    found: dict[str, Fault] = {}
    for entry in error.errors():
        where = ".".join(str(step) for step in entry["loc"] if step not in ("str", "tuple[str, ...]"))
        found.setdefault(where, _shape_fault(where, entry["msg"], entry["input"]))
    around = {where.rpartition(".")[0] for where in found}
    return tuple(fault for where, fault in found.items() if where not in around)


def _shape_fault(where: str, message: str, given: object) -> Fault:
    mend = _misplaced_key(given) if "Field required" in message else ""
    text = message[0].lower() + message[1:]
    return Fault(code=Code.BAD_SHAPE, message=f"{where}: {text}", given=brief(given), mend=mend)


def _misplaced_key(given: object) -> str:
    near = nearest("type", given) if isinstance(given, dict) else None
    return f'write "type" instead of "{near}"' if near else 'give every node a "type"'


def _identifier_faults(document: Document) -> list[Fault]:
    faults = []
    for path, level in walk(document):
        faults += _misplaced_graphs(path, level)
        if are_identifiers(set(_names(level))):
            continue
        faults += [
            Fault(code=Code.BAD_ID, node=path, message=f"{brief(name)} cannot be a name", allowed=IDENTIFIER_RULE)
            for name in _names(level)
            if not is_identifier(name)
        ]
    return faults


def _misplaced_graphs(path: str, level: Level) -> list[Fault]:
    message = f'a node of type "{GRAPH_TYPE}" has a "graph", and no other node has one'
    return [
        Fault(code=Code.BAD_SHAPE, node=join(path, name), message=message)
        for name, node in level.nodes.items()
        if (node.graph is None) == (node.type == GRAPH_TYPE)
    ]


def _names(level: Level) -> list[str]:
    """Everything at a level that a person has named."""
    names = [*level.nodes]
    for node in level.nodes.values():
        names += node.inputs
        names += node.params
    return names if isinstance(level, Document) else [*names, *level.inputs, *level.outputs]
