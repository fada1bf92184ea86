"""Noise on what is there already."""

from __future__ import annotations

from typing import Annotated

import torch

from graphs import Count, Estimate, Known, Seed, also, node
from nodes.contracts.devices import moved
from nodes.contracts.levels import Levels, place
from nodes.contracts.sample import Sample
from nodes.noise.batch import check_size
from nodes.sources.named import start_noise


def cost(known: Known) -> Estimate:
    """So many times the rows."""
    return Estimate(rows=known.input("sample").rows * known.number("variations"))


@node(cost=cost, also=("noise.add_noise",))
def noised(
    sample: Sample,
    levels: Levels,
    *,
    seed: Seed = 0,
    variations: Annotated[Count, also("num_images_per_prompt")] = 1,
) -> Sample:
    """A clean sample with noise up to the first of the levels: where SDEdit, or img2img, begins (arXiv:2108.01073).

    x = (x0 + s ε)/√(1 + s²), [B·variations, *event], with s the first level; solver.sample goes on from there over the
    same levels, which levels.strength or levels.clip begin below pure noise: the lower they begin, the more stays of
    the sample. The `variations` of a row lie side by side and share its origin, so conditions and measurements go by
    the row that they come from. ε is that of a new lineage, made of the row's and of `seed`: never the noise that the
    sample came from, and what a solver draws afterwards is its own, too. At s = inf it is pure noise. Latents stay
    latents. Cost: none. Errors: a sample that is noised, or tokens; a batch of more than 2^28 numbers.
    """
    sample.require_clean("sample")
    rows = sample.rows.fork(variations, f"noised {seed}")
    check_size(sample.space, len(rows))
    taken = sample.take(torch.arange(len(sample.rows)).repeat_interleave(variations), rows)
    s = levels.of(rows)[0].clone()
    eps = moved(start_noise(sample.space, rows).to(taken.x.dtype), taken.x.device)
    return Sample(place(taken.x, eps, s), s, sample.space, rows)
