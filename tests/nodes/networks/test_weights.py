"""Weights are put into a module as they lie in the file: nothing of their size is ever made beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from graphs.errors import InputError
from nodes.networks.weights import empty, fill, open_weights, slots_of
from tests.nodes.networks.refusals import Allocations

WIDE = 64


class Shared(nn.Module):
    """Two names for one weight, a table that is computed, a counter, and layers."""

    def __init__(self, width: int = WIDE) -> None:
        super().__init__()
        self.words = nn.Embedding(10, width)
        self.first, self.last = nn.Linear(width, width), nn.Linear(width, 10, bias=False)
        self.last.weight = self.words.weight
        self.norm = nn.BatchNorm1d(width)
        self.marks = nn.Parameter(torch.randn(width))
        self.register_buffer("places", torch.arange(10), persistent=False)


def saved(path: Path, module: nn.Module, dtype: torch.dtype = torch.float32) -> dict[str, Tensor]:
    """The module's tensors, written; of those that share memory, one."""
    tensors = {
        name: (tensor.to(dtype) if tensor.is_floating_point() else tensor)
        for name, tensor in module.state_dict().items()
        if name != "last.weight"
    }
    save_file(tensors, path)
    return tensors


def mapped_ranges(path: Path) -> list[range]:
    """Where a file lies in the memory of this process."""
    maps = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    spans = [line.split()[0].split("-") for line in maps if line.endswith(str(path))]
    return [range(int(first, 16), int(last, 16)) for first, last in spans]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.safetensors"


def opened(path: Path, module: nn.Module | None = None) -> Shared:
    found = module if isinstance(module, Shared) else empty(Shared)
    return fill(found, open_weights(path).tensors, str(path))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_every_weight_is_what_was_saved_in_the_type_of_the_file(path: Path, dtype: torch.dtype) -> None:
    tensors = saved(path, Shared(), dtype)
    found = opened(path).state_dict()
    assert {name: tensor.dtype for name, tensor in found.items() if name in tensors} == {
        name: tensor.dtype for name, tensor in tensors.items()
    }
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says where a file is mapped")
def test_the_weights_lie_in_the_mapped_file(path: Path) -> None:
    saved(path, Shared())
    module = opened(path)
    ranges = mapped_ranges(path)
    assert ranges
    for slot in slots_of(module):
        if slot.persistent:
            assert any(slot.tensor.data_ptr() in span for span in ranges), slot.path


def test_nothing_of_the_size_of_the_weights_is_made_beside_them(path: Path) -> None:
    tensors = saved(path, Shared(256))
    weights = sum(tensor.nbytes for tensor in tensors.values())
    allocations = Allocations()
    with allocations:
        module = fill(empty(lambda: Shared(256)), open_weights(path).tensors, str(path))
    mapped = [slot.tensor for slot in slots_of(module) if slot.persistent]
    first, last = min(tensor.data_ptr() for tensor in mapped), max(tensor.data_ptr() for tensor in mapped)
    assert last - first < path.stat().st_size
    beside = [size for place, size in allocations.storages.items() if not first <= place <= last]
    assert sum(beside) < weights / 20


def test_what_is_written_to_a_weight_is_not_written_to_the_file(path: Path) -> None:
    saved(path, Shared())
    before = path.read_bytes()
    module = opened(path)
    module.first.weight.zero_()
    assert path.read_bytes() == before
    assert opened(path).first.weight.abs().sum() > 0


def test_weights_outlive_the_name_of_their_file(path: Path) -> None:
    tensors = saved(path, Shared())
    module = opened(path)
    path.unlink()
    assert torch.equal(module.first.weight, tensors["first.weight"])


def test_one_weight_under_two_names_stays_one(path: Path) -> None:
    saved(path, Shared())
    module = opened(path)
    assert module.last.weight is module.words.weight
    tensors = open_weights(path).tensors
    tensors["last.weight"] = tensors.pop("words.weight")
    assert torch.equal(fill(empty(Shared), tensors, "").words.weight, module.words.weight)


def test_tables_that_a_module_computes_are_real_and_no_random_number_is_drawn(path: Path) -> None:
    saved(path, Shared())
    before = torch.random.get_rng_state()
    module = opened(path)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert dict(module.named_buffers())["places"].tolist() == [*range(10)]
    assert not any(slot.tensor.is_meta for slot in slots_of(module))
    assert not any(parameter.requires_grad for parameter in module.parameters())
    assert not module.training


def test_a_filled_module_computes_as_the_saved_one(path: Path) -> None:
    before = nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 2)).requires_grad_(requires_grad=False)
    save_file(before.state_dict(), path)
    after = fill(
        empty(lambda: nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Linear(8, 2))), open_weights(path).tensors, ""
    )
    assert torch.equal(after(torch.ones(3, 4)), before(torch.ones(3, 4)))


def test_tensors_that_lie_at_odd_places_in_a_file_are_read_all_the_same(path: Path) -> None:
    tensors = {"a": torch.tensor([7], dtype=torch.uint8), "b": torch.arange(3.0), "c": torch.empty(0, 4)}
    save_file(tensors, path)
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little") + 1  # a blank more: every number lies at an odd byte
    path.write_bytes(length.to_bytes(8, "little") + content[8 : 7 + length] + b" " + content[7 + length :])
    found = open_weights(path).tensors
    assert all(torch.equal(found[name], tensor) for name, tensor in tensors.items())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first.bias": None}, "1 missing ('first.bias')"),
        ({"words.weight": None}, "2 missing ('words.weight', 'last.weight')"),
        ({"extra": torch.ones(1)}, "1 unexpected ('extra')"),
        ({"first.bias": torch.ones(3)}, "1 of another shape ('first.bias' [3] not [64])"),
        ({"norm.num_batches_tracked": torch.tensor(1.0)}, "('norm.num_batches_tracked' float32 not int64)"),
        ({"first.bias": torch.ones(64, dtype=torch.int8)}, "1 of another type ('first.bias' int8 not float32)"),
    ],
)
def test_weights_of_another_network_are_refused_before_anything_is_changed(
    path: Path, change: dict[str, Tensor | None], words: str
) -> None:
    changed = saved(path, Shared()) | change
    save_file({name: tensor for name, tensor in changed.items() if tensor is not None}, path)
    module = empty(Shared)
    with pytest.raises(InputError, match="not those of this network") as caught:
        opened(path, module)
    assert words in caught.value.given
    assert caught.value.where == str(path)
    assert module.first.weight.is_meta


def test_a_name_that_may_be_there_is_passed_over(path: Path) -> None:
    tensors = saved(path, Shared()) | {"text.position_ids": torch.arange(3)}
    module = fill(empty(Shared), tensors, "", surplus=["position_ids"])
    assert torch.equal(module.first.weight, tensors["first.weight"])


@pytest.mark.parametrize(("dtype", "name"), [(torch.complex64, "C64"), (torch.uint16, "U16")])
def test_a_type_of_numbers_that_is_not_known_is_refused(path: Path, dtype: torch.dtype, name: str) -> None:
    save_file({"a": torch.ones(2).to(dtype)}, path)
    with pytest.raises(InputError, match="has a type that is not known here") as caught:
        open_weights(path)
    assert name in caught.value.given


def test_a_file_that_is_cut_is_refused(path: Path) -> None:
    saved(path, Shared())
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match="cut short"):
        open_weights(path)
