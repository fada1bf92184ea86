"""Training learns, averages as it says, and goes on bitwise from where it was kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file as save_tensors
from torch import Tensor

from graphs.errors import InputError
from nodes.networks.checkpoint import open_checkpoint, serialise
from nodes.training.recipe import Recipe
from nodes.training.state import begin_from, restore, save, write_whole
from nodes.training.trainer import LostError, Trainer
from tests.nodes.networks.examples import SMALL
from tests.nodes.training.toys import RECIPE, trainer


def weights(trained: Trainer) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in trained.network.state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one | other)


def advanced(trained: Trainer, steps: int) -> list[float]:
    return [trained.advance() for _ in range(steps)]


def test_an_interrupted_training_goes_on_bitwise(tmp_path: Path) -> None:
    whole, first, second = trainer(), trainer(), trainer()
    losses = advanced(whole, 6)
    begun = advanced(first, 3)
    save(first, tmp_path / "training.safetensors")
    restore(second, tmp_path / "training.safetensors")
    assert second.step == 3
    assert begun + advanced(second, 3) == losses
    assert same(weights(second), weights(whole))
    assert same(second.average, whole.average)


def test_keeping_a_training_changes_nothing_in_it(tmp_path: Path) -> None:
    kept, other = trainer(), trainer()
    advanced(kept, 1)
    save(kept, tmp_path / "training.safetensors")
    advanced(other, 1)
    assert advanced(kept, 2) == advanced(other, 2)


def test_a_training_of_another_recipe_is_refused(tmp_path: Path) -> None:
    kept = trainer()
    advanced(kept, 1)
    save(kept, tmp_path / "training.safetensors")
    with pytest.raises(InputError, match="another recipe"):
        restore(trainer(Recipe(batch=5)), tmp_path / "training.safetensors")


def test_a_training_begins_with_the_weights_that_fit_and_learns_the_others(tmp_path: Path) -> None:
    fresh, begun = trainer(Recipe(seed=1)), trainer(Recipe(seed=1))
    given = {name: (tensor + 1).contiguous() for name, tensor in weights(trainer()).items()}
    last = [*given][-1]
    given[last] = given[last][:-1].clone()
    save_tensors(given, tmp_path / "given.safetensors")
    begin_from(begun, tmp_path / "given.safetensors")
    for name, found in weights(begun).items():
        assert torch.equal(found, weights(fresh)[name] if name == last else given[name])
        assert torch.equal(begun.average[name], found)
    save_tensors({"other": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(InputError, match="no weight"):
        begin_from(begun, tmp_path / "other.safetensors")
    (tmp_path / "torn.safetensors").write_bytes(b"torn")
    with pytest.raises(InputError, match="cannot be read"):
        begin_from(begun, tmp_path / "torn.safetensors")


def test_a_damaged_training_is_refused(tmp_path: Path) -> None:
    (tmp_path / "training.safetensors").write_bytes(b"half a file")
    with pytest.raises(InputError, match="cannot go on"):
        restore(trainer(), tmp_path / "training.safetensors")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Path, target: Path) -> None:
        raise OSError("no room")

    write_whole(tmp_path / "kept", b"old")
    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="no room"):
        write_whole(tmp_path / "kept", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("kept", b"old")]


def test_training_lowers_the_loss() -> None:
    losses = advanced(trainer(Recipe(batch=16, learning_rate=1e-2, rise=5)), 60)
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_every_weight_is_trained() -> None:
    trained = trainer()
    before = weights(trained)
    advanced(trained, 5)
    assert not [name for name, tensor in weights(trained).items() if torch.equal(tensor, before[name])]


def test_the_average_weighs_later_steps_more_by_the_power_of_the_recipe() -> None:
    recipe = Recipe(average_power=2.0)
    shares: list[float] = []
    for step in range(50):
        kept = recipe.kept_at(step)
        shares = [kept * share for share in shares] + [1 - kept]
    assert sum(shares) == pytest.approx(1)
    assert shares[49] / shares[24] == pytest.approx((50 / 25) ** 2, rel=0.05)


def test_the_average_after_a_step_is_the_weights() -> None:
    trained = trainer()
    advanced(trained, 1)
    assert same(trained.average, weights(trained))


def test_the_learning_rate_rises_stays_and_falls() -> None:
    recipe = Recipe(learning_rate=1.0, rise=10, plateau=100)
    rates = [recipe.learning_rate_at(step) for step in range(401)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert set(rates[10:100]) == {1.0}
    assert rates[399] == pytest.approx(0.5)


def test_the_network_that_is_written_is_the_average(tmp_path: Path) -> None:
    trained = trainer(RECIPE)
    advanced(trained, 3)
    path = tmp_path / "small.safetensors"
    write_whole(path, serialise(trained.averaged(SMALL), torch.float32))
    assert same(dict(open_checkpoint(path).state_dict()), trained.average)


def test_a_training_kept_with_its_recipe_in_another_order_goes_on(tmp_path: Path) -> None:
    kept, other = trainer(), trainer()
    advanced(kept, 1)
    path = tmp_path / "training.safetensors"
    save(kept, path)
    with safe_open(path, "pt") as file:
        recipe, network = file.metadata()["training"].splitlines()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    backwards = json.dumps(dict(reversed(json.loads(recipe).items())))
    save_tensors(tensors, path, {"step": "1", "training": f"{backwards}\n{network}"})
    restore(other, path)
    assert advanced(other, 1) == advanced(kept, 1)


def test_a_training_that_lost_its_numbers_stops_and_changes_nothing() -> None:
    lost = trainer()
    lost.network.unet.exit.weight.data[0] = torch.nan
    before = weights(lost)
    with pytest.raises(LostError, match="step 0"):
        lost.advance()
    after = weights(lost)
    assert lost.step == 0
    assert all(torch.equal(before[name].nan_to_num(), after[name].nan_to_num()) for name in before)
