"""What guidance adds to a doubled batch, and what memory a gradient through a whole trajectory takes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import torch

from graphs import RunContext
from graphs.running.context import Meter
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.noise.gaussian import gaussian
from nodes.reward.brightness import brightness
from nodes.search.optimise_noise import optimise_noise
from nodes.search.program import program
from nodes.solver.euler import euler
from tests.benchmarks.held_back import network
from tests.benchmarks.intervals import bootstrap_median
from tests.benchmarks.sampling import by_hand_guided, made, ours_guided, timed
from tests.nodes.search.running import finished

BATCH, STEPS, PAIRS = 8, 6, 15
LENGTHS = (2, 5, 10, 20)
ROWS = 8
"""Pictures whose gradients are taken at once."""
AIM = 1.15


def table() -> None:
    """Measure and print both."""
    guidance()
    memory()


def guidance() -> None:
    """The ratio of our sampling under guidance to a loop by hand over doubled batches."""
    setting = made(BATCH, STEPS)
    ours_guided(setting), by_hand_guided(setting)
    ratios = []
    for pair in range(PAIRS):
        sides = [ours_guided, by_hand_guided]
        order = sides if pair % 2 == 0 else sides[::-1]
        seconds = {side: timed(partial(side, setting))[0] for side in order}
        ratios.append(seconds[ours_guided] / seconds[by_hand_guided])
    told = bootstrap_median(torch.tensor(ratios, dtype=torch.float64))
    print(
        f"Cost: guidance.cfg over doubled batches of the same network in a loop by hand, {BATCH} digits, {STEPS} steps"
    )
    print("  of Heun's; median of the ratios of interleaved pairs, lower is better. [95 % by bootstrap over pairs]")
    print(f"\nratio of time, {PAIRS} pairs: {told.text(3)}, aim at most {AIM}", flush=True)


def memory() -> None:
    """Peak memory and time of a gradient by the noise, by so many steps, each in a process of its own; on Linux."""
    if not sys.platform.startswith("linux"):
        print("\nCost: the memory of a gradient is measured on Linux only.")
        return
    print(
        f"\nCost: a gradient by the noise of {ROWS} digits through all steps of Euler's (search.optimise_noise), on the"
    )
    print("  CPU: peak memory in MiB above that before it, and seconds; lower is better.")
    print(f"\n{'steps':>6} {'kept MiB':>9} {'s':>6} {'checkpointed MiB':>17} {'s':>6}")
    for steps in LENGTHS:
        line = f"{steps:6}"
        for checkpointing in ("no", "yes"):
            command = [sys.executable, "-m", __name__, "--steps", str(steps), "--checkpointing", checkpointing]
            mebibytes, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            line += f" {float(mebibytes):{9 if checkpointing == 'no' else 17}.0f} {float(seconds):6.1f}"
        print(line, flush=True)


def resident(what: str) -> float:
    """What this process holds ("VmRSS") or has held at most ("VmHWM"), in MiB; Linux tells."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(status[what].split()[0]) / 2**10


def main() -> None:
    """One gradient, in this process; its peak and seconds are printed."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--checkpointing", choices=("no", "yes"), required=True)
    chosen = parser.parse_args()
    model, checkpointing = network(), chosen.checkpointing == "yes"
    gradient(model, 1, 1, checkpointing=checkpointing)  # what is loaded once is loaded
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that from here on
    before, begun = resident("VmRSS"), time.perf_counter()
    gradient(model, ROWS, chosen.steps, checkpointing=checkpointing)
    print(resident("VmHWM") - before, time.perf_counter() - begun)


def gradient(model: Network, rows: int, steps: int, *, checkpointing: bool) -> None:
    """One step up along it, and the sample there."""
    levels = karras(num_inference_steps=steps, sigma_min=0.01, sigma_max=40.0)
    sampler, run = program(model, euler(), levels), RunContext(Meter())
    noise = gaussian(model, count=rows, seed=1)
    finished(optimise_noise(noise, sampler, brightness(), iterations=1, checkpointing=checkpointing, run=run))


if __name__ == "__main__":
    main()
