"""Show what trained emoji look like: `python -m nodes.training.emoji_sheets WEIGHTS --data FOLDER --out FOLDER`.

`--autoencoder` is the file that decodes what a network of latents makes. Writes three sheets, named as the weights, all
at one seed that nobody chose: samples of the prompts that were fixed before the training; samples beside the nearest
training pictures; and one picture of each prompt in shuffled order, for somebody to name who does not see the prompts,
which `…-naming.json` tells in that order. Each picture takes 20 NFE.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.draws import uniform
from nodes.contracts.driving import solve
from nodes.contracts.rows import Rows
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.networks.checkpoint import open_autoencoder, open_checkpoint
from nodes.noise.gaussian import gaussian
from nodes.solver.standard import standard_solver
from nodes.training.emoji_examples import pictures
from nodes.training.emoji_prompts import KNOWN, NEW
from nodes.training.emoji_reconstructions import upright
from nodes.training.emoji_table import read_table
from nodes.training.nearest import nearest
from nodes.training.state import write_whole
from nodes.training.verify import beside, png

STEPS = 10
"""Of two NFE each, under guidance."""
GUIDANCE = 3.0
SHOWN = 8
"""Samples of each prompt on the sheet."""
COMPARED = 8
"""Samples in a line of the sheet of nearest pictures, each with one beside it."""
NAMED = 5
"""Pictures in a line of the sheet that is named."""
WHITE = 1.0


def sampled(network: Network, prompts: Sequence[str], count: int, seed: int) -> Tensor:
    """So many pictures of each prompt, [count * prompts, 3, H, W]: all prompts, again and again."""
    made = network.denoiser.configuration
    levels = karras(num_inference_steps=STEPS, sigma_min=made.sigma_min, sigma_max=made.sigma_max)
    model = cfg(network, network.prompt(tuple(prompts)), guidance_scale=GUIDANCE)
    noise = gaussian(network, count=count * len(prompts), seed=seed)
    return solve(model, standard_solver(), noise, levels, Context(Meter())).x


def shuffled(count: int, seed: int) -> list[int]:
    """The numbers below `count` in an order that only the seed knows."""
    order = uniform(Rows.first(seed, count), (), "order").argsort()
    return [int(number) for number in order]


def main() -> None:
    """Write the sheets."""
    parser = argparse.ArgumentParser(description="Show what trained emoji look like.")
    parser.add_argument("weights", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="the node_modules folder with the pictures")
    parser.add_argument("--autoencoder", type=Path, help="what decodes the latents of a network of latents")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the sheets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    network, prompts = Network(open_checkpoint(arguments.weights)), (*KNOWN, *NEW)
    samples = sampled(network, prompts, SHOWN, arguments.seed)
    if arguments.autoencoder:
        with torch.no_grad():
            samples = open_autoencoder(arguments.autoencoder).decode(samples.float()).clamp(-1, 1)
    each = samples.reshape(SHOWN, len(prompts), *samples.shape[1:]).transpose(0, 1)

    def sheet(name: str) -> Path:
        return Path(arguments.out / f"{arguments.weights.stem}-{name}")

    write_whole(sheet("samples.png"), png(each.flatten(0, 1), SHOWN))
    learnt = upright(pictures(read_table(arguments.data), samples.shape[-1])).x
    _, found = nearest(each[:, 0], learnt, beyond=WHITE)
    write_whole(sheet("nearest.png"), png(beside(each[:, 0], found), 2 * COMPARED))
    order = shuffled(len(prompts), arguments.seed)
    write_whole(sheet("unnamed.png"), png(each[order, 0], NAMED))
    told = json.dumps({"prompts": [prompts[number] for number in order]}, indent=2)
    write_whole(sheet("naming.json"), f"{told}\n".encode())


if __name__ == "__main__":
    main()
