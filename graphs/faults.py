"""What can be wrong with a graph: every fault has a code, a place, and the way to mend it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from graphs.errors import InputError, describe


class Code(StrEnum):
    """Every kind of fault."""

    # the text
    NOT_TEXT = "not_text"
    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    NOT_A_NUMBER = "not_a_number"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    # the document
    NOT_A_GRAPH = "not_a_graph"
    NEWER_FORMAT = "newer_format"
    BAD_SHAPE = "bad_shape"
    UNKNOWN_KEY = "unknown_key"
    BAD_ID = "bad_id"
    # nodes
    UNKNOWN_TYPE = "unknown_type"
    PLUGIN_FAILED = "plugin_failed"
    NEWER_NODE = "newer_node"
    BAD_MIGRATION = "bad_migration"
    NOTHING_TO_RUN = "nothing_to_run"
    TOO_MANY_NODES = "too_many_nodes"
    # wires
    UNKNOWN_INPUT = "unknown_input"
    MISSING_INPUT = "missing_input"
    BAD_REFERENCE = "bad_reference"
    OUTWARD_REFERENCE = "outward_reference"
    UNKNOWN_NODE = "unknown_node"
    UNKNOWN_OUTPUT = "unknown_output"
    SEVERAL_OUTPUTS = "several_outputs"
    NO_OUTPUT = "no_output"
    TOO_MANY_WIRES = "too_many_wires"
    WRONG_TYPE = "wrong_type"
    MISSING_ABILITY = "missing_ability"
    CYCLE = "cycle"
    BAD_BYPASS = "bad_bypass"
    # parameters
    UNKNOWN_PARAMETER = "unknown_parameter"
    WIRED_AND_SET = "wired_and_set"
    BAD_VALUE = "bad_value"
    OUT_OF_RANGE = "out_of_range"
    NOT_A_CHOICE = "not_a_choice"
    BAD_SEED = "bad_seed"
    BAD_CURVE = "bad_curve"
    BAD_SWEEP = "bad_sweep"
    UNEVEN_AXIS = "uneven_axis"
    TOO_MANY_CELLS = "too_many_cells"
    TOO_MUCH_WORK = "too_much_work"
    # subgraphs
    BAD_INTERFACE = "bad_interface"
    # files
    FILE_MISSING = "file_missing"
    FILE_FORBIDDEN = "file_forbidden"
    FILE_KIND = "file_kind"
    HUB_MISSING = "hub_missing"


class Fault(BaseModel):
    """One thing that is wrong: at which node (its path) and port or parameter, what was given, what is allowed."""

    model_config = ConfigDict(frozen=True)

    code: Code
    message: str
    node: str = ""
    port: str = ""
    given: str = ""
    allowed: str = ""
    mend: str = ""
    offers: tuple[str, ...] = ()
    """Node types that would make a wire fit when put between."""
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        """`node.port`, `node`, or nothing for the document itself."""
        return f"{self.node}.{self.port}" if self.node and self.port else self.node or self.port

    def __str__(self) -> str:
        return describe(self.message, where=self.place, given=self.given, allowed=self.allowed, mend=self.mend)


class GraphError(InputError):
    """A graph with faults; all of them are in `faults`."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


MOST = 60
"""Characters of a value that are shown."""


def brief(value: object, most: int = MOST) -> str:
    """A value as it stands in a graph, cut where it is long."""
    return cut(json.dumps(value, ensure_ascii=False, default=repr), most)


def cut(text: str, most: int = MOST) -> str:
    """A text, its end left out where it is longer than that."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
