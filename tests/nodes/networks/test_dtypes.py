from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodes.networks import dtypes
from nodes.networks.dtypes import BY_NAME, Asked, compute_dtype, cpu_has_bfloat16

F16, BF16, F32, F64, F8 = torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn


@pytest.mark.parametrize(
    ("device", "has", "found"),
    [
        ("cuda:0", True, {F16: F16, BF16: BF16, F32: F32, F64: F32, F8: BF16}),
        ("cuda:0", False, {F16: F16, BF16: F16, F32: F32, F64: F32, F8: F16}),
        ("cpu", True, {F16: BF16, BF16: BF16, F32: F32, F64: F32, F8: F32}),
        ("cpu", False, {F16: F32, BF16: F32, F32: F32, F64: F32, F8: F32}),
    ],
)
def test_what_auto_means(
    monkeypatch: pytest.MonkeyPatch, device: str, has: bool, found: dict[torch.dtype, torch.dtype]
) -> None:
    monkeypatch.setattr(dtypes, "cpu_has_bfloat16", lambda: has)
    monkeypatch.setattr(dtypes, "gpu_has_bfloat16", lambda _: has)
    assert {stored: compute_dtype("auto", stored, device) for stored in found} == found


@pytest.mark.parametrize("asked", ["float32", "bfloat16", "float16"])
def test_what_is_asked_for_is_taken(asked: Asked) -> None:
    for device in ("cpu", "cuda:0"):
        assert compute_dtype(asked, F16, device) is BY_NAME[asked]


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 amx_tile\n", True),
        ("processor : 0\nFeatures\t: fp asimd bf16 sve\n", True),
        ("processor : 0\nflags\t\t: fpu avx2\n", False),
        ("", False),
    ],
)
def test_a_cpu_says_what_it_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, has: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(text)
    monkeypatch.setattr(dtypes, "CPU_FLAGS", path)
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, name, raising=False)
    assert cpu_has_bfloat16() is has


def test_a_version_of_torch_that_knows_is_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dtypes, "CPU_FLAGS", tmp_path / "none")
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True, raising=False)
    assert cpu_has_bfloat16()
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert not cpu_has_bfloat16()
