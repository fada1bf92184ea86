"""What loading weights takes: `python -m tests.benchmarks.loading`.

Prints the peak of a fresh process's memory above what it had before, over the size of the file: after opening it into a
module, after computing with every weight, and after a round to the CPU where there is a GPU. The aim is at most 1.1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import torch
from safetensors.torch import save_file
from torch import nn

from graphs.running.residents import Residents
from nodes.networks.placed import Placed
from nodes.networks.weights import empty, fill, open_weights

WIDTH, LAYERS = 2048, 32
"""Of the network: 256 MiB in float16."""
AIM = 1.1


def network(layers: int = LAYERS) -> nn.Sequential:
    """Layers one after the other."""
    return nn.Sequential(*(nn.Linear(WIDTH, WIDTH, bias=False, dtype=torch.float16) for _ in range(layers)))


def opened(path: Path, layers: int = LAYERS) -> nn.Sequential:
    """The network from its file."""
    return fill(empty(lambda: network(layers)), open_weights(path).tensors, str(path))


def measure(path: Path, small: Path) -> None:
    """In a process of its own: everything is loaded and used once, small; then the peak is watched."""
    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    x = torch.ones(1, WIDTH, dtype=torch.float16)
    opened(small, 1)(x)
    before, size = psutil.Process().memory_info().rss, path.stat().st_size
    began = time.perf_counter()
    module = opened(path)
    seconds = time.perf_counter() - began
    print(f"{'opened':28} {(peak() - before) / size:6.3f} of the file, {seconds:.3f} s", flush=True)
    module(x)
    print(f"{'computed on the CPU':28} {(peak() - before) / size:6.3f} of the file, aim {AIM}", flush=True)
    residents = Residents()
    placed = Placed(module, device, residents)
    with placed.working():
        module(x.to(device))
    residents.release()
    print(f"{f'a round over {device}':28} {(peak() - before) / size:6.3f} of the file, aim {AIM}", flush=True)


def peak() -> int:
    """The most bytes that this process ever had (Linux), the mapped file's pages that it has touched included."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def main() -> None:
    """Write the files and measure in a fresh process."""
    if len(sys.argv) > 2:  # two files: this is the fresh process
        measure(Path(sys.argv[1]), Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.safetensors", Path(folder) / "small.safetensors"
        save_file(network().state_dict(), large)
        save_file(network(1).state_dict(), small)
        subprocess.run([sys.executable, "-m", "tests.benchmarks.loading", str(large), str(small)], check=True)


if __name__ == "__main__":
    main()
