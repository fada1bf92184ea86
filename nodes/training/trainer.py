"""The training of a denoiser."""

from __future__ import annotations

from torch import Tensor

from nodes.networks.configuration import NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.training.examples import Examples
from nodes.training.objective import drawn_levels, dropped_texts, loss, noise_of
from nodes.training.recipe import Recipe
from nodes.training.training import Training, fresh


class Trainer(Training):
    """A denoiser in training."""

    network: Denoiser
    recipe: Recipe

    def __init__(self, configuration: NetworkConfiguration, examples: Examples, recipe: Recipe) -> None:
        self.examples = examples
        super().__init__(fresh(lambda: Denoiser(configuration), recipe.seed), recipe)

    @property
    def described(self) -> str:
        """Recipe and network."""
        told = {"title", "recipe", "licence"}
        network = self.network.configuration.model_dump_json(exclude=told, exclude_none=True)
        return f"{self.recipe.model_dump_json()}\n{network}"

    def groups(self) -> list[dict[str, object]]:
        """The word table learns at a rate of its own."""
        words = self.network.text.words
        others = [parameter for parameter in self.network.parameters() if parameter is not words]
        table = {"params": [words], "times": self.recipe.word_rate, "weight_decay": 0.0}
        return [{"params": others, "times": 1.0}, table]

    def compile(self) -> None:
        """Compile the U-Net."""
        self.network.unet.compile()

    def averaged(self, configuration: NetworkConfiguration) -> Denoiser:
        """A network of the averaged weights, described by `configuration`."""
        return self.given_average(Denoiser(configuration))

    def loss(self) -> Tensor:
        """Of pictures, texts, levels and noise that are drawn for this step."""
        pictures, texts = self.examples.batch(self.rows, self.step)
        s = drawn_levels(self.recipe, self.rows, self.step)
        noise = noise_of(self.rows, tuple(pictures.shape[1:]), self.step)
        texts = dropped_texts(self.recipe, self.rows, self.step, texts)
        with self.autocast():
            return loss(self.network, pictures, texts, s, noise)
