"""Weights go where they compute and come back without a copy. "meta" stands for a GPU: a device other than the CPU."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from graphs.errors import InputError
from graphs.running.budgets import Budgets
from graphs.running.residents import Resident, Residents
from nodes.networks.placed import Placed, identity_of
from nodes.networks.weights import empty, fill, open_weights, slots_of

AWAY = "meta"


def linear() -> nn.Linear:
    """A layer with weights of its own, 80 bytes in float32."""
    return nn.Linear(4, 4).requires_grad_(requires_grad=False)


def residents(size: int = 10**6) -> Residents:
    """With so many bytes for what stands for a GPU."""
    return Residents(Budgets({AWAY: size, "cpu": 10**6}))


def places(module: nn.Module) -> list[int]:
    """Where the weights lie."""
    return [slot.tensor.data_ptr() for slot in slots_of(module)]


def test_weights_go_away_to_compute_and_come_back_to_where_they_were() -> None:
    kept, module = residents(), linear()
    placed = Placed(module, AWAY, kept)
    assert isinstance(placed, Resident)
    before = places(module)
    with placed.working() as found:
        assert found is module
        assert module.weight.is_meta
        assert isinstance(module.weight, nn.Parameter)
        assert not module.weight.requires_grad
    assert module.weight.is_meta
    kept.release()
    assert places(module) == before


def test_two_that_do_not_fit_together_take_turns_without_a_copy() -> None:
    kept = residents(100)
    one, two = Placed(linear(), AWAY, kept), Placed(linear(), AWAY, kept)
    before = places(one.module), places(two.module)
    for _ in range(3):
        with one.working():
            assert kept.held(AWAY) == one.size == 80
        with two.working():
            assert kept.held(AWAY) == two.size == 80
            assert places(one.module) == before[0]
    kept.release()
    assert (places(one.module), places(two.module)) == before


def test_a_mapped_file_stays_mapped_while_its_weights_are_away(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file(linear().state_dict(), path)
    module = fill(empty(linear), open_weights(path).tensors, str(path))
    kept, before = residents(), places(module)
    with Placed(module, AWAY, kept).working():
        pass
    kept.release()
    assert places(module) == before


def test_on_a_gpu_they_compute_as_the_type_that_is_asked_for_and_stay_as_stored_on_the_cpu() -> None:
    kept, module = residents(), linear()
    placed = Placed(module, AWAY, kept, torch.float16)
    with placed.working():
        assert module.weight.dtype is torch.float16
    assert kept.held(AWAY) == placed.size == 40
    kept.release()
    assert module.weight.dtype is torch.float32


def test_on_a_cpu_another_type_is_converted_to_once() -> None:
    module = linear()
    placed = Placed(module, "cpu", residents(), torch.float64)
    before = places(module)
    with placed.working():
        assert module.weight.dtype is torch.float64
    assert placed.size == 160
    assert places(module) == before


def test_a_weight_under_two_names_goes_once_and_counts_once() -> None:
    module = nn.Sequential(linear(), linear())
    module[1].weight = module[0].weight
    placed = Placed(module, AWAY, residents())
    assert placed.size == 96
    with placed.working():
        assert module[1].weight is module[0].weight
        assert module[0].weight.is_meta


def test_counters_keep_their_type() -> None:
    placed = Placed(nn.BatchNorm1d(2), "cpu", residents(), torch.float16)
    dtypes = {name: buffer.dtype for name, buffer in placed.module.named_buffers()}
    assert dtypes["num_batches_tracked"] is torch.int64
    assert dtypes["running_mean"] is torch.float16


def test_gradients_that_are_still_to_come_keep_the_weights_that_they_need() -> None:
    module = linear()
    placed = Placed(module, "cpu")
    x = torch.ones(2, 4, requires_grad=True)
    y = module(x).sum()
    expected = module.weight.sum(0).expand(2, 4)
    placed.move(AWAY)
    assert module.weight.is_meta
    y.backward()
    torch.testing.assert_close(x.grad, expected)


def test_without_residents_weights_go_at_once_and_stay() -> None:
    placed = Placed(linear(), AWAY)
    assert placed.module.weight.is_meta
    with placed.working() as module:
        assert module.weight.is_meta


def test_a_digest_is_of_the_weights_wherever_they_are() -> None:
    module = linear()
    other = linear()
    other.load_state_dict(module.state_dict())
    kept = residents()
    one, two = Placed(module, AWAY, kept), Placed(other, "cpu", kept)
    with one.working():
        assert one.digest == two.digest
    assert Placed(linear(), "cpu").digest != two.digest


def test_a_file_is_told_from_another_and_from_a_later_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"1")
    before = identity_of(one)
    assert before == identity_of(tmp_path / "." / "one") != identity_of(two)
    one.write_bytes(b"12")
    assert identity_of(one) != before
    with pytest.raises(InputError, match="no such file"):
        identity_of(tmp_path / "three")
