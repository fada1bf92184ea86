"""How a network is trained: every number that the result depends on, besides the data and the number of steps."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Pace(BaseModel):
    """The numbers of any training; nothing in it says when it ends, so that it can always go on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seed: int = Field(default=0, ge=0)
    batch: int = Field(default=32, ge=1)
    """Pictures a step."""
    learning_rate: float = Field(default=1e-3, gt=0)
    rise: int = Field(default=200, ge=1)
    """Steps in which the learning rate rises."""
    plateau: int = Field(default=1500, ge=1)
    """Step from which it falls with the root of the step."""
    weight_decay: float = Field(default=0.01, ge=0)
    gradient: float = Field(default=1.0, gt=0)
    """Largest norm of the gradient; a longer one is shortened to it."""
    average_power: float = Field(default=9.0, ge=0)
    """The weights of step t enter the average in proportion to t to this power."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """In which the network computes; weights and their average are float32. bfloat16 pays where the CPU has it."""

    def learning_rate_at(self, step: int) -> float:
        """Rises in a line, stays, then falls as 1/√step (as in Karras et al. 2023, arXiv:2312.02696)."""
        return self.learning_rate * min(1.0, (step + 1) / self.rise) / math.sqrt(max(1.0, (step + 1) / self.plateau))

    def kept_at(self, step: int) -> float:
        """The share of the old average that is kept after a step (the same, section 3.1); 0 at the first."""
        return float((1 - 1 / (step + 1)) ** (self.average_power + 1))


class Recipe(Pace):
    """The numbers of the training of a denoiser."""

    word_rate: float = Field(default=5.0, gt=0)
    """The word table learns so many times faster: a word is seen in few pictures of a batch."""
    matrix_rate: float = Field(default=0.0, ge=0)
    """Where it is not 0, hidden layers learn by Muon, so many times faster than AdamW would have them."""
    level_mean: float = -0.1
    level_deviation: float = Field(default=1.4, gt=0)
    """Mean and standard deviation of ln s, the noise level of a picture."""
    dropped: float = Field(default=0.1, ge=0, le=1)
    """Share of pictures whose text is left out, for guidance."""


class AutoencoderRecipe(Pace):
    """The numbers of the training of an autoencoder."""

    edges: float = Field(default=1.0, ge=0)
    """What an error of the difference between neighbouring pixels weighs beside one of a pixel."""
    information: float = Field(default=5e-4, ge=0)
    """What a nat that is told in a latent, on average, weighs beside an error of a pixel."""
