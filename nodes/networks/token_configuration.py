"""What a stored network of tokens says about itself: every number bounded, as of the picture networks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nodes.networks.configuration import Word

Token = Annotated[str, Field(min_length=1, max_length=64)]


class TokenConfiguration(BaseModel):
    """How one network of tokens is built, what its tokens are and which words it may be asked with.

    Validation raises `pydantic.ValidationError`, from Python values as from JSON, and never converts a value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal[1] = 1
    """Version of this schema."""
    architecture: Literal["tokens"] = "tokens"

    tokens: tuple[Token, ...] = Field(min_length=2, max_length=65_536)
    """What each token stands for, in order; the mask comes after the last and is none of them."""
    length: int = Field(ge=1, le=1024)
    """Tokens of a text; a shorter one is filled up with the token that is a space."""

    width: int = Field(ge=8, le=2048)
    """Numbers for each token within the network."""
    layers: int = Field(ge=1, le=32)
    heads: int = Field(ge=1, le=64)

    vocabulary: tuple[Word, ...] = Field(max_length=65_536)
    """The words of prompts that it knows; word i has the identifier i + 2."""
    prompt_length: int = Field(ge=1, le=64)
    """Words of a prompt that are read; the rest is dropped."""

    title: str = Field(default="", max_length=200)
    recipe: str = Field(default="", max_length=4000)
    licence: str = Field(default="", max_length=4000)

    @property
    def parameter_floor(self) -> int:
        """Fewer parameters than the network has: those of the matrices of its layers."""
        return 8 * self.layers * self.width * self.width

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is no multiple of heads {self.heads}")
        for name in ("tokens", "vocabulary"):
            listed = self.tokens if name == "tokens" else self.vocabulary
            if len(set(listed)) != len(listed):
                raise ValueError(f"{name} holds an entry twice")
        return self
