"""What a stored autoencoder says about itself: every number bounded, so that a file can never ask for too much."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LEVELS = 5
"""Most resolutions."""

Width = Annotated[int, Field(ge=1, le=1024)]
Blocks = Annotated[int, Field(ge=0, le=16)]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Scale = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Widths = Annotated[tuple[Width, ...], Field(min_length=1, max_length=LEVELS)]
Depths = Annotated[tuple[Blocks, ...], Field(min_length=1, max_length=LEVELS)]


class Latents(BaseModel):
    """What is known of the latents of the training pictures, channel by channel."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    shift: tuple[Number, ...] = Field(max_length=64)
    """Mean of each channel as the encoder gives it; a latent is that less the shift, over the scale."""
    scale: tuple[Scale, ...] = Field(max_length=64)
    """Standard deviation of each channel as the encoder gives it."""
    preview: tuple[tuple[Number, ...], ...] = Field(max_length=16)
    """Of each channel of a picture: a factor for each channel of the latents and, last, a constant."""

    @staticmethod
    def untrained(latent_channels: int, channels: int) -> Latents:
        """Of a network that has seen nothing: latents are what the encoder gives, and the preview is grey."""
        return Latents(
            shift=(0.0,) * latent_channels,
            scale=(1.0,) * latent_channels,
            preview=((0.0,) * (latent_channels + 1),) * channels,
        )


class AutoencoderConfiguration(BaseModel):
    """How one autoencoder is built, and how its latents are laid out.

    Validation raises `pydantic.ValidationError`, from Python values as from JSON, and never converts a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    """Version of this schema."""
    architecture: Literal["autoencoder"] = "autoencoder"

    channels: int = Field(ge=1, le=16)
    """Channels of a picture: 1 grey, 3 colour."""
    latent_channels: int = Field(ge=1, le=64)
    size: int = Field(ge=1, le=4096)
    """Side in pixels of the square pictures it was trained on."""
    patch: int = Field(ge=1, le=16)
    """Side of the square of pixels folded into the channels before the first convolution."""
    encoder_widths: Widths
    """Channels of the encoder's feature maps at each resolution, finest first; each next resolution is half the last,
    and the coarsest is that of the latents."""
    encoder_blocks: Depths
    decoder_widths: Widths
    decoder_blocks: Depths
    """The decoder's, in the same order: finest first."""
    latents: Latents

    title: str = Field(default="", max_length=200)
    recipe: str = Field(default="", max_length=4000)
    licence: str = Field(default="", max_length=4000)

    @property
    def factor(self) -> int:
        """Pixels per cell of the latents, in each direction."""
        return self.patch << (len(self.encoder_widths) - 1)

    @property
    def colours(self) -> tuple[tuple[float, float, float], ...]:
        """How the latents look, as a space says it; nothing where the pictures are not red, green and blue."""
        if self.channels != 3:  # noqa: PLR2004 - red, green, blue
            return ()
        red, green, blue = self.latents.preview
        return tuple(zip(red, green, blue, strict=True))

    @property
    def parameter_floor(self) -> int:
        """Fewer parameters than the network has: those of the 3x3 convolutions in its blocks."""
        halves = ((self.encoder_widths, self.encoder_blocks), (self.decoder_widths, self.decoder_blocks))
        return sum(
            18 * count * width * width for widths, blocks in halves for width, count in zip(widths, blocks, strict=True)
        )

    @property
    def identity(self) -> str:
        """What decides which latents a picture has and what they stand for; not what is told about the network."""
        return self.model_dump_json(exclude={"title", "recipe", "licence", "size"})

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        levels = len(self.encoder_widths)
        for name in ("encoder_blocks", "decoder_widths", "decoder_blocks"):
            if len(getattr(self, name)) != levels:
                raise ValueError(f"{name} has {len(getattr(self, name))} entries, encoder_widths has {levels}")
        if self.size % self.factor:
            raise ValueError(f"the size {self.size} is no multiple of {self.factor}, the patch times the halvings")
        wanted, latents = self.latent_channels, self.latents
        if (len(latents.shift), len(latents.scale)) != (wanted, wanted):
            raise ValueError(f"the latents' shift and scale are not those of {wanted} channels")
        if [len(row) for row in latents.preview] != [wanted + 1] * self.channels:
            raise ValueError(f"the preview does not lead from {wanted} channels to {self.channels}")
        return self
