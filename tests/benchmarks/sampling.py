"""What the driver adds to the bare model calls: `python -m tests.benchmarks.sampling`.

Prints, for the digits network, the seconds of our drive and of a loop written by hand with the same formula (which the
results show), in interleaved pairs, and the median of the pairs' ratios; then launches and NFE of the methods that ask
several questions a round.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from graphs.home import assets_folder
from graphs.running.context import Meter
from nodes.contracts.cond import Cond
from nodes.contracts.context import Context
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.sample import Sample
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.cores import over_cores
from nodes.noise.gaussian import gaussian
from nodes.solver.heun import Heun

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven")
SCALE = 2.0


@dataclass(frozen=True)
class Setting:
    """What both sides sample."""

    network: Network
    noise: Sample
    levels: Levels
    positive: Cond


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--batch", type=int, default=16)
    chosen = parser.parse_args()
    setting = made(chosen.batch, chosen.steps)
    print(f"{chosen.batch} digits, {chosen.steps} steps, {chosen.pairs} interleaved pairs")
    print(f"{'method':24} {'ours s':>8} {'by hand s':>10} {'ratio':>7} {'largest difference':>20}")
    for name, ours, by_hand in (
        ("heun", lambda: ours_plain(setting), lambda: by_hand_plain(setting)),
        ("heun, guidance", lambda: ours_guided(setting), lambda: by_hand_guided(setting)),
    ):
        compare(name, ours, by_hand, chosen.pairs)


def made(batch: int, steps: int) -> Setting:
    """The digits network, noise for a batch, levels and a prompt for each row."""
    network = Network(open_checkpoint(assets_folder() / "weights" / "digits.safetensors"))
    return Setting(network, gaussian(network, count=batch), karras(num_inference_steps=steps), network.prompt(WORDS))


def compare(name: str, ours: Callable[[], Tensor], by_hand: Callable[[], Tensor], pairs: int) -> None:
    """Time both in turn, who begins alternating, and print a line."""
    ours(), by_hand()
    times: list[tuple[float, float]] = []
    difference = 0.0
    for pair in range(pairs):
        first, second = (ours, by_hand) if pair % 2 == 0 else (by_hand, ours)
        one, x = timed(first)
        other, y = timed(second)
        times.append((one, other) if pair % 2 == 0 else (other, one))
        difference = max(difference, float((x - y).abs().max()))
    ratio = statistics.median(one / other for one, other in times)
    medians = [statistics.median(side) for side in zip(*times, strict=True)]
    print(f"{name:24} {medians[0]:8.3f} {medians[1]:10.3f} {ratio:7.3f} {difference:20.2e}", flush=True)


def timed(act: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """The seconds of a call, and its result."""
    begun = time.perf_counter()
    result = act()
    return time.perf_counter() - begun, result


def ours_plain(setting: Setting) -> Tensor:
    """Our drive, without a condition."""
    return solve(setting.network, Heun(), setting.noise, setting.levels, Context(Meter())).x


def ours_guided(setting: Setting) -> Tensor:
    """Our drive, under guidance."""
    model = cfg(setting.network, setting.positive, guidance_scale=SCALE)
    return solve(model, Heun(), setting.noise, setting.levels, Context(Meter())).x


def by_hand_plain(setting: Setting) -> Tensor:
    """EDM's Algorithm 1 in a loop, asking the network with the empty prompt."""
    empty = rows_of(setting.network.prompt(("",)), len(setting.noise.x))
    return edm(setting, lambda x, s: over_cores(setting.network.denoiser, x, s, *empty))


def by_hand_guided(setting: Setting) -> Tensor:
    """The same, asking with both prompts in one batch."""
    count = len(setting.noise.x)
    positive, empty = rows_of(setting.positive, count), rows_of(setting.network.prompt(("",)), count)
    both = [torch.cat(pair) for pair in zip(positive, empty, strict=True)]

    def denoise(x: Tensor, s: Tensor) -> Tensor:
        answer = over_cores(setting.network.denoiser, torch.cat([x, x]), torch.cat([s, s]), *both)
        wanted, plain = answer.chunk(2)
        return plain + SCALE * (wanted - plain)

    return edm(setting, denoise)


def rows_of(cond: Cond, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """The entries of so many rows, as the network takes them."""
    index = torch.arange(count) % len(cond)
    return cond.entries["context"][index], cond.entries["pooled"][index], cond.entries["mask"][index]


@torch.no_grad()
def edm(setting: Setting, denoise: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Algorithm 1 of arXiv:2206.00364 without churn, in its own coordinate y."""
    levels = [float(s) for s in setting.levels.s]
    y = setting.noise.x * levels[0]

    def slope(y: Tensor, s: float) -> Tensor:
        x0 = denoise(y / (1 + s * s) ** 0.5, torch.full((len(y),), s, dtype=torch.float64))
        return (y - x0) / s

    for s, s_next in pairwise(levels):
        d = slope(y, s)
        reached = y + (s_next - s) * d
        if s_next > 0:
            reached = y + (s_next - s) * (d + slope(reached, s_next)) / 2
        y = reached
    return y


if __name__ == "__main__":
    main()
