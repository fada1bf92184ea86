"""The training of an autoencoder learns, goes on, and measures the latents that it ends with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.networks.autoencoder_configuration import Latents
from nodes.networks.checkpoint import open_autoencoder
from nodes.training.autoencoder import AutoencoderTrainer, edge_error, information, measured_latents
from nodes.training.emoji_autoencoder import course
from nodes.training.emoji_table import read_table
from nodes.training.recipe import AutoencoderRecipe
from nodes.training.state import restore, save
from tests.nodes.networks.small_autoencoder import SMALL, random_autoencoder
from tests.nodes.training.emoji_toys import packages

RECIPE = AutoencoderRecipe(batch=4, rise=2, plateau=100, learning_rate=1e-2)
FRESH = SMALL.model_copy(update={"latents": Latents.untrained(2, 3)})


class Slopes:
    """Pictures that get brighter to the right, around a colour of their own."""

    def pictures(self, rows: Rows, step: int) -> Tensor:
        colours = uniform(rows, (3, 1, 1), "colour", step=step).float() - 0.5
        return colours + torch.linspace(-0.5, 0.5, 16).expand(len(rows), 3, 16, 16)


def trainer() -> AutoencoderTrainer:
    return AutoencoderTrainer(FRESH, Slopes(), RECIPE)


def test_training_lowers_the_loss_and_changes_every_weight() -> None:
    trained = trainer()
    before = {name: tensor.clone() for name, tensor in trained.network.state_dict().items()}
    losses = [trained.advance() for _ in range(30)]
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert not [name for name, tensor in trained.network.state_dict().items() if torch.equal(tensor, before[name])]


def test_an_interrupted_training_goes_on_bitwise(tmp_path: Path) -> None:
    whole, first, second = trainer(), trainer(), trainer()
    losses = [whole.advance() for _ in range(4)]
    begun = [first.advance() for _ in range(2)]
    save(first, tmp_path / "training.safetensors")
    restore(second, tmp_path / "training.safetensors")
    assert begun + [second.advance() for _ in range(2)] == losses


def test_latents_of_the_averaged_network_have_mean_zero_and_variance_one() -> None:
    trained = trainer()
    for _ in range(5):
        trained.advance()
    network = trained.averaged(title="measured")
    assert network.configuration.title == "measured"
    latents = network.encode(Slopes().pictures(Rows.first(5, 256), 0)).transpose(0, 1).flatten(1)
    torch.testing.assert_close(latents.mean(1), torch.zeros(2), atol=0.1, rtol=0)
    torch.testing.assert_close(latents.std(1), torch.ones(2), atol=0.1, rtol=0)


def test_the_preview_is_the_linear_map_that_errs_least() -> None:
    network, pictures = random_autoencoder(FRESH), Slopes().pictures(Rows.first(0, 32), 0)
    measured = measured_latents(network, iter(torch.split(pictures, 8)))
    shift, scale = (torch.tensor(values)[:, None, None] for values in (measured.shift, measured.scale))
    latents = (network.encode(pictures) - shift) / scale
    known = torch.cat([latents, torch.ones_like(latents[:, :1])], 1)
    shown = torch.einsum("oc,bchw->bohw", torch.tensor(measured.preview), known)
    missed = torch.nn.functional.avg_pool2d(pictures, 4) - shown
    # What is missed is orthogonal to all that is known, as it is of the least squares and of nothing else.
    torch.testing.assert_close(torch.einsum("bohw,bchw->oc", missed, known), torch.zeros(3, 3), atol=0.05, rtol=0)


def test_an_edge_error_is_of_differences_and_not_of_brightness() -> None:
    pictures = Slopes().pictures(Rows.first(0, 2), 0)
    assert float(edge_error(pictures + 0.3, pictures)) == pytest.approx(0, abs=1e-6)
    steep = pictures + torch.linspace(0, 1.5, 16)
    assert float(edge_error(steep, pictures)) == pytest.approx(0.05, rel=1e-4)


def test_information_is_none_of_a_standard_normal_and_that_of_the_formula_otherwise() -> None:
    nothing = torch.zeros(2, 3)
    assert float(information(nothing, nothing)) == 0
    assert float(information(nothing + 1, nothing)) == pytest.approx(0.5)
    assert float(information(nothing, nothing - 2)) == pytest.approx((0.1353353 - 1 + 2) / 2)


def test_a_second_start_on_emoji_goes_on_and_the_file_opens(tmp_path: Path) -> None:
    emoji, recipe = read_table(packages(tmp_path / "packages")), AutoencoderRecipe(batch=2)
    losses = list(course(emoji, tmp_path / "whole", recipe, FRESH).train(until=2))
    first, second = (course(emoji, tmp_path / "parts", recipe, FRESH) for _ in range(2))
    begun = list(first.train(until=1))
    first.keep()
    assert begun + list(second.train(until=2)) == losses
    second.keep()
    configuration = open_autoencoder(tmp_path / "parts" / "emoji-autoencoder.safetensors").configuration
    assert configuration.recipe.startswith("2 steps, 4 pictures seen: 5 pictures of 3 emoji")
    assert configuration.latents != FRESH.latents
