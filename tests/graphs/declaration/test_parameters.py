"""What a literal of each kind of parameter may be, what the function gets, and what stands for a default."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies
from pydantic import JsonValue

from graphs.curves import LevelCurve
from graphs.declaration.parameters import (
    LARGEST_SEED,
    Choice,
    ColourCode,
    CurveOver,
    FilePath,
    Kind,
    Number,
    NumberList,
    SeedNumber,
    Switch,
    TextBox,
)
from graphs.faults import Code

FREE = Number()
WHOLE = Number(integer=True)
BOUNDED = Number(minimum=-1, maximum=2.5)
STEPS = Number(integer=True, minimum=1, maximum=100)
LEVEL = Number(minimum=0, infinite=True)
CURVE = CurveOver(minimum=0, maximum=10)
NUMBERS = NumberList(item=Number(minimum=0), shortest=2)
MODE = Choice(options=("fast", "slow", "1"))
SIZE = Choice(options=(0, 1, 16))

FITS: list[tuple[Kind, JsonValue, object]] = [
    (FREE, 1, 1.0),
    (FREE, -0.0, -0.0),
    (FREE, 1e308, 1e308),
    (FREE, 10**308, 1e308),
    (WHOLE, 3, 3),
    (WHOLE, 10**399, 10**399),
    (BOUNDED, -1, -1.0),
    (BOUNDED, 2.5, 2.5),
    (STEPS, 1, 1),
    (STEPS, 100, 100),
    (LEVEL, "inf", math.inf),
    (LEVEL, 0, 0.0),
    (SeedNumber(), 0, 0),
    (SeedNumber(), LARGEST_SEED, LARGEST_SEED),
    (Switch(), True, True),
    (Switch(), False, False),
    (MODE, "fast", "fast"),
    (MODE, "1", "1"),
    (SIZE, 1, 1),
    (SIZE, 0, 0),
    (TextBox(), "", ""),
    (TextBox(), "inf", "inf"),
    (FilePath(), {"file": "a.png"}, {"file": "a.png"}),
    (FilePath(), "asset:a.png", "asset:a.png"),
    (FilePath(), "hub:a/b@c", "hub:a/b@c"),
    (CURVE, 3, 3.0),
    (CURVE, {"curve": [[1, 2]]}, LevelCurve(((1.0, 2.0),))),
    (CURVE, {"curve": [[0, 2]]}, LevelCurve(((0.0, 2.0),))),
    (CURVE, {"curve": [[0.5, 0], [1, 10]], "by": "log"}, LevelCurve(((0.5, 0.0), (1.0, 10.0)))),
    (CURVE, {"curve": [[0, 0], [1, 10]], "by": "linear"}, LevelCurve(((0.0, 0.0), (1.0, 10.0)), "linear")),
    (ColourCode(), "#00ffAA", "#00ffAA"),
    (NUMBERS, [1, 2.5], (1.0, 2.5)),
    (NumberList(item=WHOLE), [], ()),
    (NumberList(item=LEVEL), ["inf", 1], (math.inf, 1.0)),
]
"""Kinds, literals that fit, and what the function gets."""

MISFITS: list[tuple[Kind, JsonValue, Code]] = [
    (FREE, True, Code.BAD_VALUE),
    (FREE, "1", Code.BAD_VALUE),
    (FREE, None, Code.BAD_VALUE),
    (FREE, [1], Code.BAD_VALUE),
    (FREE, "inf", Code.BAD_VALUE),
    (FREE, 10**309, Code.OUT_OF_RANGE),
    (FREE, -(10**399), Code.OUT_OF_RANGE),
    (FREE, math.nan, Code.OUT_OF_RANGE),
    (FREE, math.inf, Code.OUT_OF_RANGE),
    (WHOLE, 1.0, Code.BAD_VALUE),
    (WHOLE, False, Code.BAD_VALUE),
    (WHOLE, "inf", Code.BAD_VALUE),
    (BOUNDED, -1.0000001, Code.OUT_OF_RANGE),
    (BOUNDED, 3, Code.OUT_OF_RANGE),
    (STEPS, 0, Code.OUT_OF_RANGE),
    (STEPS, 101, Code.OUT_OF_RANGE),
    (STEPS, 10**399, Code.OUT_OF_RANGE),
    (LEVEL, "-inf", Code.BAD_VALUE),
    (LEVEL, -1, Code.OUT_OF_RANGE),
    (SeedNumber(), -1, Code.BAD_SEED),
    (SeedNumber(), 2**53, Code.BAD_SEED),
    (SeedNumber(), 1.0, Code.BAD_SEED),
    (SeedNumber(), True, Code.BAD_SEED),
    (SeedNumber(), "1", Code.BAD_SEED),
    (Switch(), 1, Code.BAD_VALUE),
    (Switch(), "true", Code.BAD_VALUE),
    (Switch(), None, Code.BAD_VALUE),
    (MODE, "FAST", Code.NOT_A_CHOICE),
    (MODE, 1, Code.NOT_A_CHOICE),
    (MODE, True, Code.NOT_A_CHOICE),
    (SIZE, "1", Code.NOT_A_CHOICE),
    (SIZE, True, Code.NOT_A_CHOICE),
    (SIZE, False, Code.NOT_A_CHOICE),
    (SIZE, 1.0, Code.NOT_A_CHOICE),
    (SIZE, [1], Code.NOT_A_CHOICE),
    (TextBox(), 1, Code.BAD_VALUE),
    (FilePath(), "a.png", Code.BAD_VALUE),
    (FilePath(), {"file": 1}, Code.BAD_VALUE),
    (FilePath(), {"file": "a", "by": "b"}, Code.BAD_VALUE),
    (FilePath(), {}, Code.BAD_VALUE),
    (CURVE, 11, Code.OUT_OF_RANGE),
    (CURVE, True, Code.BAD_VALUE),
    (CURVE, [[1, 2]], Code.BAD_VALUE),
    (CURVE, {}, Code.BAD_CURVE),
    (CURVE, {"curve": []}, Code.BAD_CURVE),
    (CURVE, {"curve": 1}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 2, 3]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, "2"]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, True]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 10**309]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [["inf", 1]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 1], [1, 2]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[2, 1], [1, 2]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[0, 1], [1, 2]]}, Code.BAD_CURVE),
    (CURVE, {"curve": [[-1, 1]], "by": "linear"}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 1]], "by": "cubic"}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 1]], "by": []}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 1]], "and": 1}, Code.BAD_CURVE),
    (CURVE, {"curve": [[1, 1], [2, 11]]}, Code.OUT_OF_RANGE),
    (ColourCode(), "#fff", Code.BAD_VALUE),
    (ColourCode(), "#00000g", Code.BAD_VALUE),
    (ColourCode(), "#000000\n", Code.BAD_VALUE),
    (ColourCode(), 0, Code.BAD_VALUE),
    (NUMBERS, [1], Code.BAD_VALUE),
    (NUMBERS, [1, -1], Code.OUT_OF_RANGE),
    (NUMBERS, [1, True], Code.BAD_VALUE),
    (NUMBERS, "12", Code.BAD_VALUE),
]
"""Kinds, literals that do not fit, and the code of the fault."""

EVERY_KIND = [
    FREE,
    WHOLE,
    LEVEL,
    SeedNumber(),
    Switch(),
    MODE,
    SIZE,
    TextBox(),
    FilePath(),
    CURVE,
    ColourCode(),
    NUMBERS,
]
json_values = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | strategies.text(),
    lambda inner: (
        strategies.lists(inner) | strategies.dictionaries(strategies.sampled_from(["curve", "by", "file"]), inner)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(("kind", "literal", "value"), FITS)
def test_a_literal_that_fits_becomes_what_the_function_expects(kind: Kind, literal: JsonValue, value: object) -> None:
    assert kind.problem(literal) is None
    found = kind.decode(literal)
    assert (type(found), repr(found)) == (type(value), repr(value))


@pytest.mark.parametrize(("kind", "literal", "code"), MISFITS)
def test_a_literal_that_does_not_fit_says_what_is_allowed(kind: Kind, literal: JsonValue, code: Code) -> None:
    problem = kind.problem(literal)
    assert problem is not None
    assert problem.code == code
    assert problem.allowed


@given(json_values)
def test_every_kind_judges_every_value_and_takes_what_it_allows(literal: JsonValue) -> None:
    for kind in EVERY_KIND:
        problem = kind.problem(literal)
        if problem is None:
            kind.decode(literal)
        else:
            assert Code(problem.code)


@pytest.mark.parametrize(("kind", "literal", "value"), [entry for entry in FITS if not isinstance(entry[0], FilePath)])
def test_a_value_is_encoded_into_a_literal_of_the_same_value(kind: Kind, literal: JsonValue, value: object) -> None:
    again = kind.encode(value)
    assert kind.problem(again) is None
    assert repr(kind.decode(again)) == repr(value)


@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_what_is_no_level_is_not_taken_for_infinity(value: float) -> None:
    assert LEVEL.problem(LEVEL.encode(value)) is not None


def test_the_words_for_what_is_allowed_name_the_bounds() -> None:
    kinds = [FREE, WHOLE, BOUNDED, LEVEL, Number(maximum=3)]
    assert [kind.allowed() for kind in kinds] == [
        "a number",
        "an integer",
        "a number from -1 to 2.5",
        'a number of at least 0 or "inf"',
        "a number of at most 3",
    ]


@pytest.mark.parametrize(
    ("kind", "literal", "mend"),
    [
        (FREE, "1.5", "write it without quotes"),
        (FREE, "inf", ""),
        (FREE, "nan", ""),
        (FREE, "much", ""),
        (WHOLE, 2.0, "write it without a decimal point"),
        (STEPS, 0, "the nearest allowed value is 1"),
        (STEPS, 1000, "the nearest allowed value is 100"),
        (FilePath(), "a.png", 'write {"file": "a.png"}'),
        (CURVE, {"curve": [[2, 1], [1, 2]]}, "let the levels rise from point to point"),
    ],
)
def test_a_mend_is_said_where_one_is_known(kind: Kind, literal: JsonValue, mend: str) -> None:
    problem = kind.problem(literal)
    assert problem is not None
    assert problem.mend == mend
