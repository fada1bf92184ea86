"""Values as parts: digested, written as safetensors, read again; what is damaged is told."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load, save

from graphs.parts import DTYPES, Buffer, DamagedError, Parts, decode, digest, digest_of, encode, parts_of, value_of
from graphs.values import PackingError
from tests.graphs.toys.values import Amount, Basket

CLASSES: dict[str, type] = {"Amount": Amount, "Basket": Basket}


def back(value: object) -> object:
    """A value written down and read again."""
    return value_of(decode(encode(parts_of(value))), CLASSES.__getitem__)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3)])
def test_every_type_of_number_comes_back_bitwise(name: str, shape: tuple[int, ...]) -> None:
    kind = getattr(torch, name)
    size = torch.empty(shape).numel() * DTYPES[name][1]
    raw = torch.arange(size, dtype=torch.uint8) % 2 if name == "bool" else torch.arange(size, dtype=torch.uint8)
    tensor = raw.clone().view(kind).reshape(shape) if size else torch.empty(shape, dtype=kind)
    found = back((tensor,))
    assert isinstance(found, tuple)
    assert found[0].dtype == kind
    assert found[0].shape == shape
    assert digest(found) == digest((tensor,))
    assert parts_of(found) == parts_of((tensor,))


@pytest.mark.parametrize("value", [math.inf, -0.0, 1e-310, 1, True, None, "ü\n", (), (1, (2.5,)), {"b": 1, "a": "x"}])
def test_plain_values_come_back_with_their_types(value: object) -> None:
    assert repr(back(value)) == repr(value if not isinstance(value, dict) else dict(sorted(value.items())))


def test_data_comes_back_as_its_class() -> None:
    found = back(Basket((1.0, 2.0)))
    assert isinstance(found, Basket)
    assert found.items == (1.0, 2.0)


def test_what_is_written_is_a_safetensors_file() -> None:
    tensors = (torch.arange(6.0).reshape(2, 3), torch.tensor([True]), torch.tensor(3, dtype=torch.int64))
    found = load(encode(parts_of(tensors)))
    assert all(torch.equal(found[str(number)], tensor) for number, tensor in enumerate(tensors))


def test_a_file_that_safetensors_wrote_is_read() -> None:
    value = (torch.arange(4.0), torch.arange(3))
    packed = parts_of(value)
    written = save({str(number): tensor for number, tensor in enumerate(value)}, {"noiseloom": packed.tree})
    assert decode(written) == packed


def test_every_cut_and_every_changed_byte_is_told_or_changes_the_digest() -> None:
    parts = parts_of(({"a": torch.arange(5)}, "text"))
    content = encode(parts)
    for end in range(len(content)):
        with pytest.raises(DamagedError):
            decode(content[:end])
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            found = decode(changed)
        except DamagedError:
            continue
        assert found == parts or digest_of(found) != digest_of(parts)


@pytest.mark.parametrize("content", [b"", b"\xff" * 40, b"\x00" * 40, encode(Parts("1")) + b"x"])
def test_a_foreign_file_is_told(content: bytes) -> None:
    with pytest.raises(DamagedError, match="no stored value"):
        decode(content)


def test_numbers_of_a_type_that_no_file_holds_are_refused() -> None:
    with pytest.raises(PackingError, match="complex128"):
        parts_of((torch.zeros(1, dtype=torch.complex128),))


def test_parts_are_digested_and_read_without_torch() -> None:
    parts = Parts(json.dumps([{"tensor": 0}]), (Buffer("F32", (2,), b"\0" * 8),))
    code = (
        "import sys\nfrom graphs.parts import *\n"
        f"content = {encode(parts)!r}\n"
        "print(digest_of(decode(content)), 'torch' in sys.modules, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [digest_of(parts), "False", "False"]
