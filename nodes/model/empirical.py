"""A set of pictures or points as a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from graphs import Estimate, Prompt, RunContext, Span, abilities, node
from nodes.contracts.devices import moved
from nodes.contracts.media import Image
from nodes.contracts.model import Model
from nodes.contracts.sample import Sample
from nodes.contracts.space import Space
from nodes.exact.blended import Blended
from nodes.exact.empirical import Empirical
from nodes.exact.lists import Numbers, weights_of
from nodes.sources.named import source_named

Law: TypeAlias = Literal["normal", "uniform", "laplace", "logistic"]


@node(cost=Estimate(each=Span.of(1)), abilities=abilities("prompt", "conditional", "differentiable", "level_map"))
def empirical(
    data: Image | Sample, *, labels: Prompt = "", weights: Numbers = (), source: Law = "normal", run: RunContext
) -> Model:
    """The exact model of a finite set of data: what a network becomes that has learnt it by heart.

    E[x0 | x] = Σ softmax(−|x − α a_k|²/2σ²) a_k over the pictures or points a_k. Pictures [K, H, W, C] become points
    [C, H, W] with −1 for black and 1 for white; a sample has to be at s = 0. `labels`, one a line, are the classes of
    the data in turn; a prompt (cond.prompt) names classes or numbers from 1, the empty one all data. `weights` are
    equal unless given. Levels may differ by place, so that what is known of a picture can be held at s = 0.
    With another `source` than "normal" the noise is of that law q, as of noise.source, and what is above the softmax is
    log q((x − α a_k)/σ): α-(de)blending (Heitz et al. 2023, arXiv:2305.03486) of the data with any noise.
    Gradients flow. Cost: 1 model row per sample, and as many distances as there are data.
    Errors: a sample that is still noised, or tokens.
    """
    space, points = points_of(data)
    own, classes = moved(points, run.device), classes_of(labels, len(points))
    shares = weights_of(weights, len(points))
    if source == "normal":
        return Empirical(space, own, shares, classes)
    return Blended(replace(space, source=source), own, shares, classes, source_named(source))


def classes_of(labels: str, count: int) -> tuple[str, ...]:
    """The class of each of so many points: the lines in turn."""
    lines = [line.strip() for line in labels.split("\n") if line.strip()] or [""]
    return tuple(lines[number % len(lines)] for number in range(count))


def points_of(data: Image | Sample) -> tuple[Space, Tensor]:
    """The space of data, whatever noise they were made of, and their points; `InputError` where they are not clean."""
    if isinstance(data, Image):
        points = data.pixels.permute(0, 3, 1, 2).float() / 127.5 - 1
        return Space("pixels", tuple(points.shape[1:])), points
    data.require_clean("data", "for words use model.table")
    space = data.space if data.space.source is None else replace(data.space, source=None)
    return space, torch.clone(data.x)
