"""Networks at work: `python -m tests.benchmarks.models [--steps 20] [--pairs 10] [--example emoji]`.

Prints, first, the seconds of the sampling loop on one tiny UNet of Stable Diffusion, ours and that of diffusers'
pipeline, in interleaved pairs under guidance from encoded prompts to latents, with the median of their ratios (the aim
is at most 1.05); then the seconds of an example from a cold shell, and again in a process that is warm.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import torch

from graphs import load, run
from graphs.store.store import Store
from nodes.cond.prompt import prompt
from nodes.guidance.cfg import cfg
from tests.nodes.pretrained.matching import ddim_levels, noise, opened, sampled
from tests.nodes.pretrained.tiny import stable_diffusion

AIM = 1.05
SCALE = 5.0
SIDE = 32


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def loops(folder: Path, steps: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """Our loop and theirs, on the same weights, latents, texts and times."""
    pipeline = stable_diffusion(folder)
    pipeline.save_pretrained(folder / "checkpoint")
    model, _, process = opened(folder / "checkpoint")
    positive, negative = prompt(model, text="a cat\na dog"), prompt(model, text="red\nred")
    guided, x = cfg(model, positive, negative, guidance_scale=SCALE), noise(4, SIDE, SIDE)
    pipeline.scheduler.set_timesteps(steps)
    levels = ddim_levels(pipeline.scheduler, process)

    def ours() -> object:
        return sampled(guided, x, levels)

    def theirs() -> object:
        return pipeline(
            prompt_embeds=positive.entries["context"],
            negative_prompt_embeds=negative.entries["context"],
            latents=x.clone(),
            num_inference_steps=steps,
            guidance_scale=SCALE,
            output_type="latent",
        ).images

    return ours, theirs


def compare(steps: int, pairs: int) -> None:
    """The table of the pairs, and the median of their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = loops(Path(folder), steps)
        ours(), theirs()
        print(f"{'pair':>6} {'ours s':>8} {'diffusers s':>12} {'ratio':>7}")
        ratios = list[float]()
        for number in range(pairs):
            first, second = (ours, theirs) if number % 2 == 0 else (theirs, ours)
            times = {first: seconds(first), second: seconds(second)}
            ratios.append(times[ours] / times[theirs])
            print(f"{number + 1:>6} {times[ours]:>8.3f} {times[theirs]:>12.3f} {ratios[-1]:>7.3f}")
        print(f"median ratio {statistics.median(ratios):.3f}, aim {AIM}\n")


def example(name: str) -> None:
    """Seconds of an example from a cold shell, and in a process that has run it before; nothing is stored."""
    command = [str(Path(sys.executable).with_name("noiseloom")), "run", name, "--out"]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "NOISELOOM_HOME": home}
        cold = seconds(
            lambda: subprocess.run([*command, f"{home}/out"], check=True, env=environment, capture_output=True)
        )
    print(f"{name}: {cold:.2f} s from a cold shell, {[fresh(name) for _ in range(2)][1]:.2f} s warm")


def fresh(name: str) -> float:
    """Seconds of an example in this process with an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        try:
            return seconds(lambda: run(load(name), store=store))
        finally:
            store.close()


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--steps", type=int, default=20)
    asked.add_argument("--pairs", type=int, default=10)
    asked.add_argument("--example", default="emoji")
    options = asked.parse_args()
    print(f"torch {torch.__version__}, diffusers {import_module('diffusers').__version__}, ", end="")
    print(f"{torch.get_num_threads()} threads\n")
    compare(options.steps, options.pairs)
    example(options.example)


if __name__ == "__main__":
    main()
