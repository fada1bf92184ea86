"""On a real GPU: the same picture, nothing that lies on the host, nothing that waits. Skipped where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from graphs import LevelCurve, RunContext, load, run
from graphs.home import examples_folder
from graphs.running.context import Meter
from graphs.running.executors import Here
from graphs.running.plan import plan_opened
from graphs.running.run import run as run_plan
from graphs.store.store import Store
from nodes.cond.prompt import prompt
from nodes.contracts.media import Image
from nodes.contracts.sample import Sample
from nodes.decoder.pixels import pixels
from nodes.guidance.cfg import cfg
from nodes.levels.karras import karras
from nodes.model.checkpoint import Network, checkpoint
from nodes.noise.gaussian import gaussian
from nodes.solver.heun import heun
from nodes.solver.sample import sample
from tests.nodes.loops import finish
from tests.nodes.networks.examples import DIGITS

GPU = "cuda"

GREY_LEVELS = 2
"""Of 255, the most by which a pixel differs from the CPU's: convolutions on a GPU round their input to TF32 (10 bits),
which, played on the CPU, moves a pixel by 1 at the most."""

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.filterwarnings("ignore:.*does not yet detect all synchronizing operations"),
]


@contextmanager
def waiting_is_an_error() -> Iterator[None]:
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


def digits(device: str, scale: float | LevelCurve = 2.5) -> tuple[Sample, list[Sample]]:
    """Two digits in four steps, as the example graph draws them; on a GPU, waiting in the loop is an error."""
    run = RunContext(Meter(), device=device)
    network = checkpoint(weights=str(DIGITS), run=run)
    assert isinstance(network, Network)
    assert network.denoiser.device.type == device
    model = cfg(network, prompt(network, text="zero\nseven"), guidance_scale=scale)
    noise, levels = gaussian(model, count=2, seed=7), karras(num_inference_steps=4, sigma_min=0.01, sigma_max=40.0)
    steps = sample(noise, model, heun(), levels, run=run)
    if device == "cpu":
        return finish(steps)
    with waiting_is_an_error():
        return finish(steps)


@pytest.mark.parametrize("scale", [2.5, LevelCurve(((0.5, 1.0), (2.0, 3.0)), "linear")], ids=["constant", "curve"])
def test_a_seed_gives_the_same_picture_as_on_the_cpu(scale: float | LevelCurve) -> None:
    there, here = (pixels(digits(device, scale)[0]).pixels for device in (GPU, "cpu"))
    assert there.device.type == "cpu"
    assert int((there.int() - here.int()).abs().max()) <= GREY_LEVELS


def test_a_seed_gives_the_same_picture_twice() -> None:
    assert torch.equal(digits(GPU)[0].x, digits(GPU)[0].x)


def test_samples_live_on_the_gpu_and_what_decides_on_the_host() -> None:
    result, previews = digits(GPU)
    assert len(previews) == 4
    for one in (result, *previews):
        assert one.x.device.type == GPU
        assert {one.s.device.type, one.rows.seed.device.type, one.rows.origin.device.type} == {"cpu"}


def test_waiting_would_have_been_an_error() -> None:
    x = torch.ones(2, device=GPU)
    with waiting_is_an_error(), pytest.raises(RuntimeError):
        bool(x.sum() > 0)


def small_graph(folder: Path) -> Path:
    """The digits graph, made cheap."""
    document = json.loads((examples_folder() / "digits.json").read_text())
    document["nodes"]["noise"]["params"] = {"count": 2, "seed": 7}
    document["nodes"]["karras"]["params"] = {"num_inference_steps": 4}
    path = folder / "graph.json"
    path.write_text(json.dumps(document))
    return path


def sheet_of(path: Path, device: str, store: Store) -> torch.Tensor:
    image = run(load(path), device=device, store=store)["sheet"]["out"]
    assert isinstance(image, Image)
    return image.pixels


def test_a_graph_runs_on_the_gpu_by_itself_and_gives_the_picture_of_the_cpu(tmp_path: Path) -> None:
    path = small_graph(tmp_path)
    there, here = (sheet_of(path, device, Store()) for device in ("auto", "cpu"))
    assert int((there.int() - here.int()).abs().max()) <= GREY_LEVELS


def test_what_the_cpu_made_goes_on_on_the_gpu(tmp_path: Path) -> None:
    path, store = small_graph(tmp_path), Store()
    loaded = load(path)
    plan = plan_opened(loaded.opened, loaded.catalogue, only=("prompt", "noise"))
    list(run_plan(plan, store, [Here(plan.catalogue, "cpu")]))
    difference = sheet_of(path, GPU, store).int() - sheet_of(path, "cpu", Store()).int()
    assert int(difference.abs().max()) <= GREY_LEVELS
