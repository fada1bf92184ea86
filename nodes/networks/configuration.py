"""What a stored network says about itself: every number bounded, so that a file can never ask for too much."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

KEY = "noiseloom"
"""The entry of a file's metadata that holds the configuration as JSON."""

GROUPS = 16
"""Groups of every group normalisation; a width is a multiple of it."""

HEAD_WIDTH = 32
"""Width of one attention head in the picture network."""

Width = Annotated[int, Field(ge=GROUPS, le=2048, multiple_of=GROUPS)]
Word = Annotated[str, Field(pattern=r"\A[a-z0-9]{1,64}\z")]
Sigma = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class NetworkConfiguration(BaseModel):
    """How one network is built, which words it knows and on which noise levels it was trained.

    Validation raises `pydantic.ValidationError`, from Python values as from JSON, and never converts a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    """Version of this schema."""
    architecture: Literal["unet"] = "unet"

    channels: int = Field(ge=1, le=16)
    """Channels of a picture: 1 grey, 3 colour, more for latents."""
    size: int = Field(ge=4, le=1024)
    """Side in pixels of the square pictures it was trained on."""
    patch: int = Field(ge=1, le=16)
    """Side of the square of pixels folded into the channels before the first convolution."""
    widths: tuple[Width, ...] = Field(min_length=1, max_length=6)
    """Channels of the feature maps at each resolution, finest first; each next resolution is half the last."""
    attention: tuple[bool, ...] = Field(min_length=1, max_length=6)
    """Whether the stages of each resolution attend; the middle of the network always does."""
    blocks: int = Field(ge=1, le=8)
    """Stages per resolution on the way down; there is one more on the way up."""
    embedding_width: int = Field(ge=8, le=4096)
    """Width of the vector made of noise level and pooled text."""

    context_width: int = Field(ge=8, le=2048)
    """Width of a text token."""
    text_layers: int = Field(ge=0, le=24)
    text_heads: int = Field(default=4, ge=1, le=64)
    vocabulary: tuple[Word, ...] = Field(max_length=65_536)
    """The words it knows, lower-case letters and digits only; word i has the identifier i + 2."""
    prompt_length: int = Field(ge=1, le=256)
    """Words of a prompt that are read; the rest is dropped."""

    sigma_data: float = Field(gt=0, le=100, allow_inf_nan=False)
    """Standard deviation of the training pictures, the sigma_data of Karras et al. 2022."""
    sigma_min: Sigma = 0.002
    sigma_max: Sigma = 80.0
    """Lowest and highest noise level s, in x0 + s*eps, that the network was trained on and may be asked about."""

    codec: str | None = Field(default=None, pattern=r"\A[a-z0-9-]{1,64}\z")
    """Name of the codec whose latents its points are; of one without, they are pixels."""
    cell: int = Field(default=1, ge=1, le=256)
    """Pixels a side that a cell of the latents stands for."""
    colours: tuple[tuple[float, float, float], ...] = Field(default=(), max_length=257)
    """How the latents look: what each channel adds to red, green and blue, and last what is added always."""

    title: str = Field(default="", max_length=200)
    recipe: str = Field(default="", max_length=4000)
    licence: str = Field(default="", max_length=4000)

    @property
    def stride(self) -> int:
        """Pixels per cell of the coarsest feature map; both sides of a picture are a multiple of it."""
        return self.patch << (len(self.widths) - 1)

    @property
    def parameter_floor(self) -> int:
        """Fewer parameters than the network has: those of one 3x3 convolution in each stage of the way down."""
        return sum(9 * self.blocks * width * width for width in self.widths)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if len(self.attention) != len(self.widths):
            raise ValueError(f"attention has {len(self.attention)} entries, widths has {len(self.widths)}")
        attending = {width for width, attends in zip(self.widths, self.attention, strict=True) if attends}
        for width in sorted(attending | {self.widths[-1]}):
            if width % HEAD_WIDTH:
                raise ValueError(f"the width {width} attends and is no multiple of the head width {HEAD_WIDTH}")
        if self.size % self.stride:
            raise ValueError(f"the size {self.size} is no multiple of {self.stride}, the patch times the halvings")
        if self.context_width % self.text_heads:
            raise ValueError(f"context_width {self.context_width} is no multiple of text_heads {self.text_heads}")
        if self.sigma_min >= self.sigma_max:
            raise ValueError(f"sigma_min {self.sigma_min} is not below sigma_max {self.sigma_max}")
        if len(set(self.vocabulary)) != len(self.vocabulary):
            raise ValueError("the vocabulary holds a word twice")
        return self
