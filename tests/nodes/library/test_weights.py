"""How large weights are, and in which dtype, is read from headers alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphs.errors import InputError
from nodes.library.weights import dtype_of, read_weights, summed
from tests.nodes.library.making import weights


def test_bytes_are_counted_by_dtype_and_a_second_copy_is_not(tmp_path: Path) -> None:
    shapes = {"model.x": (10, 10), "model_ema.x": (10, 10)}
    found = read_weights(weights(tmp_path / "a.safetensors", shapes))
    assert (dict(found.sizes), dict(found.shapes)) == ({"F16": 200}, shapes)


def test_the_tensors_are_not_touched(tmp_path: Path) -> None:
    path = weights(tmp_path / "a.safetensors", {"x": (1000, 1000)})
    with path.open("r+b") as file:
        file.truncate(200)
    assert read_weights(path).sizes == {"F16": 2_000_000}


def test_the_dtypes_that_count_are_named_the_largest_first() -> None:
    sizes = summed([{"F16": 500, "I64": 1}, {"F32": 400, "F8_E4M3": 600}, {"new": 900}])
    assert dtype_of(sizes) == "new, float8, float16, float32"
    assert dtype_of({}) == ""


def test_what_is_no_file_of_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(InputError, match="pickle"):
        read_weights(tmp_path / "a.safetensors")
