"""Our solvers on a network under guidance: `python -m tests.benchmarks.guided [--scales 1 2.5 7.5] [--rows 6]`.

Prints the RMS distance of a number of a picture, whose range is −1 to 1, from where the digits network under
`guidance.cfg` ends in 80 fine steps, for 8 to 25 model calls, all on Karras's grid. Exact models without guidance are
smooth, and there the highest order wins; this table shows what that costs where it is not.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import torch
from torch import Tensor

from graphs.home import assets_folder
from graphs.running.context import Meter
from nodes.contracts.context import Context
from nodes.contracts.draws import normal
from nodes.contracts.driving import solve
from nodes.contracts.levels import Levels
from nodes.contracts.model import Model
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.contracts.solver import Solver
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network
from nodes.networks.checkpoint import open_checkpoint
from nodes.solver.deis import deis
from nodes.solver.dpmpp_2m import dpmpp_2m
from nodes.solver.dpmpp_3m import dpmpp_3m
from nodes.solver.heun import heun
from nodes.solver.standard import standard_solver
from nodes.solver.unipc import unipc

CALLS = (8, 10, 15, 20, 25)
FINE = 80
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SOLVERS: dict[str, Callable[[], Solver]] = {
    "standard": standard_solver,
    "deis 2": lambda: deis(order=2),
    "deis 3": deis,
    "deis 4": lambda: deis(order=4),
    "dpmpp_2m": dpmpp_2m,
    "dpmpp_3m": dpmpp_3m,
    "unipc 2": unipc,
    "unipc 3": lambda: unipc(order=3),
    "heun": heun,
}


def levels(steps: int) -> Levels:
    """The grid of the digits."""
    return karras(num_inference_steps=steps, sigma_min=0.01, sigma_max=40.0)


def ended(model: Model, solver: Solver, steps: int, rows: int) -> Tensor:
    """Where the same noise ends."""
    lineage = Rows.first(7, rows)
    noise = normal(lineage, model.space.event, "start")
    start = torch.full((rows,), math.inf, dtype=torch.float64)
    with torch.no_grad():
        begin = Sample(noise, start, model.space, lineage)
        return solve(model, solver, begin, levels(steps), Context(Meter())).x


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0, 2.5, 7.5], help="guidance scales")
    parser.add_argument("--rows", type=int, default=6, help="pictures, one a digit from zero on")
    chosen = parser.parse_args()
    network = Network(open_checkpoint(assets_folder() / "weights" / "digits.safetensors"))
    prompts = network.prompt(WORDS[: chosen.rows])
    print(f"{'scale':>6} {'solver':10}" + "".join(f"{calls:>9}" for calls in CALLS), flush=True)
    for scale in chosen.scales:
        model = cfg(network, prompts, guidance_scale=scale)
        exact = ended(model, deis(order=3), FINE, chosen.rows)
        for name, make in SOLVERS.items():
            solver = make()
            steps = [max(n for n in range(1, calls + 1) if solver.calls(n) <= calls) for calls in CALLS]
            errors = [float((ended(model, make(), n, chosen.rows) - exact).square().mean().sqrt()) for n in steps]
            print(f"{scale:6g} {name:10}" + "".join(f"{error:9.4f}" for error in errors), flush=True)


if __name__ == "__main__":
    main()
