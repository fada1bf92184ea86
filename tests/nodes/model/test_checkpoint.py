"""A network's file is opened once for every node and run that wants it, and makes room without changing an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pydantic import JsonValue

from graphs import RunContext
from graphs.catalogue.catalogue import read_catalogue
from graphs.files import Places
from graphs.running.budgets import Budgets
from graphs.running.context import Meter
from graphs.running.executors import Here
from graphs.running.residents import Residents
from graphs.running.tasks import Done, Task
from nodes.contracts.asking import predict
from nodes.model import checkpoint as module
from nodes.model.checkpoint import Network, checkpoint
from nodes.networks.checkpoint import open_checkpoint, serialise
from nodes.networks.denoiser import Denoiser
from tests.nodes.gaussian import context, query
from tests.nodes.networks.examples import random_network

X = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))


def built(path: Path, residents: Residents) -> Network:
    """The node's answer."""
    found = checkpoint(weights=path, run=RunContext(Meter(), residents=residents))
    assert isinstance(found, Network)
    return found


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each file was opened."""
    counts: Counter[str] = Counter()

    def counted(opens: Callable[[Path], Denoiser]) -> Callable[[Path], Denoiser]:
        def open_it(path: Path) -> Denoiser:
            counts[path.name] += 1
            return opens(path)

        return open_it

    monkeypatch.setattr(module, "open_checkpoint", counted(open_checkpoint))
    return counts


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two networks."""
    paths = tmp_path / "one.safetensors", tmp_path / "two.safetensors"
    for seed, path in enumerate(paths):
        path.write_bytes(serialise(random_network(seed=seed), torch.float32))
    return paths


def test_a_file_is_opened_once_and_its_weights_are_shared(files: tuple[Path, Path], opened: Counter[str]) -> None:
    residents = Residents()
    one, again, other = (built(path, residents) for path in (files[0], files[0], files[1]))
    assert one.denoiser is again.denoiser is not other.denoiser
    assert one.digest == again.digest != other.digest
    assert opened == {"one.safetensors": 1, "two.safetensors": 1}


def test_a_file_that_was_written_anew_is_opened_anew(files: tuple[Path, Path], opened: Counter[str]) -> None:
    residents = Residents()
    before = built(files[0], residents)
    files[1].replace(files[0])
    after = built(files[0], residents)
    assert before.digest != after.digest
    assert opened == {"one.safetensors": 2}


def test_a_node_called_directly_opens_for_itself(files: tuple[Path, Path], opened: Counter[str]) -> None:
    built(files[0], Residents())
    built(files[0], Residents())
    assert opened == {"one.safetensors": 2}


def test_nodes_and_runs_of_one_executor_share_a_network(files: tuple[Path, Path], opened: Counter[str]) -> None:
    here = Here(read_catalogue(plugins=False))
    names = ("first.0", "second.0", "third.0")
    for name in names:
        params: dict[str, JsonValue] = {"weights": {"file": files[0].name}}
        here.submit(Task(name, "model.checkpoint", params, {}, (name,), Places(files[0].parent)), lambda: False)
        told = here.listen()
        assert isinstance(told, Done), told
        here.drop(names[:1])
    found = here.value("second.0"), here.value("third.0")
    assert all(isinstance(network, Network) for network in found)
    assert opened == {"one.safetensors": 1}


def test_networks_that_do_not_fit_together_answer_as_those_that_do(
    files: tuple[Path, Path], opened: Counter[str]
) -> None:
    small, large = Residents(Budgets({"*": 1})), Residents(Budgets({"*": 2**30}))
    for path in files * 2:
        expected = predict(built(path, large), query(X, 1.5), context()).x0
        assert torch.equal(predict(built(path, small), query(X, 1.5), context()).x0, expected)
    assert opened == {"one.safetensors": 1 + 2, "two.safetensors": 1 + 2}


def test_a_network_that_was_dropped_still_answers(files: tuple[Path, Path]) -> None:
    residents = Residents()
    network = built(files[0], residents)
    expected = predict(network, query(X, 1.5), context()).x0
    residents.release()
    assert torch.equal(predict(network, query(X, 1.5), context()).x0, expected)
