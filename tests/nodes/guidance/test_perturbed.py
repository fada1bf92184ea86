"""Guidance by perturbed attention and by features of a U-Net, against the network with its parts exchanged by hand."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from graphs import Estimate, InputError, Known, LevelCurve, Span
from nodes.contracts.asking import predict
from nodes.contracts.model import Model
from nodes.contracts.query import Query
from nodes.guidance.cfg import cfg
from nodes.guidance.freeu import amplified, filtered, freeu
from nodes.guidance.pag import cost, pag
from nodes.guidance.seg import seg
from nodes.guidance.skip_tuning import skip_tuning
from nodes.model.checkpoint import Network
from nodes.networks import unet
from nodes.networks.altering import Layers
from nodes.networks.text import attend as plain_attend
from tests.nodes.gaussian import Gaussian, context, query
from tests.nodes.networks.examples import random_network
from tests.oracles import Oracle

BASE = random_network()
X = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
Attend = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]


def at(model: Model, x: Tensor = X) -> Tensor:
    """Its x0."""
    return predict(model, query(x, 1.5), context()).x0


def by_hand(
    monkeypatch: pytest.MonkeyPatch, other: Callable[[Tensor, Tensor, Tensor], Tensor], where: Layers
) -> Tensor:
    """The network's answer with what attends among cells exchanged; the middle is the only one with 4 cells or all."""
    cells = 2 * 2

    def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
        among = mask is None and (where == "all" or _middle(query))
        return other(query, key, value) if among else plain_attend(query, key, value, mask)

    entered: list[bool] = []

    def _middle(query: Tensor) -> bool:
        # On the way the coarsest level attends once down, then the middle once, then twice up.
        entered.append(query.shape[2] == cells)
        return len(entered) == 2

    with monkeypatch.context() as patch:
        patch.setattr(unet, "attend", attend)
        return at(Network(BASE))


@pytest.mark.parametrize("layers", ["middle", "all"])
def test_pag_is_the_network_whose_cells_see_themselves_alone(
    layers: Layers, monkeypatch: pytest.MonkeyPatch, oracle: Oracle
) -> None:
    plain, worse = at(Network(BASE)), by_hand(monkeypatch, lambda _query, _key, value: value, layers)
    found = at(pag(Network(BASE), pag_scale=3.0, layers=layers))
    apart = float((found - (plain + 3 * (plain - worse))).abs().max())
    oracle("guidance.pag", f"{layers}: attention replaced by hand", apart, 1e-5)
    assert float((plain - worse).abs().max()) > 1e-4


def test_seg_with_a_wide_blur_is_attention_of_the_mean_query(monkeypatch: pytest.MonkeyPatch, oracle: Oracle) -> None:
    def flat(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        shares = (query.mean(2, keepdim=True) @ key.mT / math.sqrt(query.shape[-1])).softmax(-1)
        return (shares @ value).expand_as(query)

    plain, worse = at(Network(BASE)), by_hand(monkeypatch, flat, "all")
    found = at(seg(Network(BASE), seg_scale=2.0, layers="all"))
    apart = float((found - (plain + 2 * (plain - worse))).abs().max())
    oracle("guidance.seg", "blur inf: attention of the mean query by hand", apart, 1e-4)
    mild, strong = (at(seg(Network(BASE), blur_sigma=std, layers="all")) for std in (0.3, 2.0))
    assert float((mild - plain).abs().max()) < float((strong - plain).abs().max())


def test_both_questions_are_one_launch_and_rows_at_scale_zero_are_asked_once() -> None:
    model, ctx = pag(Network(BASE), pag_scale=LevelCurve(((1.0, 0.0), (2.0, 3.0)), "linear")), context()
    q = query(X, 1.0)
    levels = torch.tensor([0.5, 1.5, 9.0], dtype=torch.float64)
    answer = predict(model, Query(X, levels, levels, q.rows, q.step), ctx).x0
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 3 + 2)
    bare = predict(Network(BASE), Query(X, levels, levels, q.rows, q.step), context()).x0
    torch.testing.assert_close(answer[0], bare[0], atol=1e-5, rtol=1e-5)
    ctx, network = context(), Network(BASE)
    predict(cfg(pag(network), network.prompt(("one",)), guidance_scale=2.0), query(X, 1.0), ctx)
    assert (ctx.meter.launches, ctx.meter.rows) == (1, 4 * 3)


@pytest.mark.parametrize(
    "build",
    [
        lambda: pag(Network(BASE), pag_scale=0.0),
        lambda: seg(Network(BASE), seg_scale=0.0),
        lambda: freeu(Network(BASE), b1=1.0, b2=1.0, s1=1.0, s2=1.0),
        lambda: skip_tuning(Network(BASE), rho_bottom=1.0, rho_top=1.0),
    ],
)
def test_null_settings_are_the_model_bitwise(build: Callable[[], Model], oracle: Oracle) -> None:
    apart = float((at(build()) - at(Network(BASE))).abs().max())
    oracle("guidance.freeu", "b = s = 1, and null settings of PAG, SEG, skip-tuning: bitwise", apart, 0)


def test_freeu_amplifies_half_the_channels_and_filters_the_lowest_frequencies(oracle: Oracle) -> None:
    h = torch.randn(2, 4, 4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    gained = amplified(h, 1.4)
    assert torch.equal(gained[:, 2:], h[:, 2:])
    level = h.mean(1)
    for row in range(2):
        unit = (level[row] - level[row].min()) / (level[row].max() - level[row].min())
        torch.testing.assert_close(gained[row, :2], h[row, :2] * (1 + 0.4 * unit))
    expected = h - 0.8 * h.mean((2, 3), keepdim=True)
    apart = float((filtered(h, 0.2, 1) - expected).abs().max())
    oracle("guidance.freeu", "threshold 1: the mean times s", apart, 1e-12)
    apart = float((filtered(h, 1 - 1e-12, 2) - h).abs().max())
    oracle("guidance.freeu", "Fourier filter with s → 1: identity", apart, 1e-6)


def test_skips_are_weakened_from_the_bottom_up(monkeypatch: pytest.MonkeyPatch, oracle: Oracle) -> None:
    plain = unet.UpLevel.forward

    def weaker(self: unet.UpLevel, x: Tensor, skips: list[Tensor], cond: unet.Condition) -> Tensor:
        return plain(self, x, [(0.4, 0.9)[self.depth] * skip for skip in skips], cond)

    found = at(skip_tuning(Network(BASE), rho_bottom=0.4, rho_top=0.9))
    with monkeypatch.context() as patch:
        patch.setattr(unet.UpLevel, "forward", weaker)
        expected = at(Network(BASE))
    oracle("guidance.skip_tuning", "skips scaled by hand", float((found - expected).abs().max()), 1e-5)
    assert float((found - at(Network(BASE))).abs().max()) > 1e-3


def test_freeu_changes_the_answer_and_leaves_the_network() -> None:
    before = at(Network(BASE))
    assert float((at(freeu(Network(BASE))) - before).abs().max()) > 1e-4
    assert torch.equal(at(Network(BASE)), before)


@pytest.mark.parametrize(("scale", "each"), [(5.0, Span.of(2)), (0.0, Span.of(1)), (None, Span(1, 2))])
def test_the_declared_cost(scale: float | None, each: Span) -> None:
    assert cost(Known({"pag_scale": scale}, {"model": (Estimate(each=Span.of(1)),)})).each == each


@pytest.mark.parametrize("build", [pag, seg, freeu, skip_tuning])
def test_a_model_that_is_no_such_network_is_refused(build: Callable[[Model], Model]) -> None:
    with pytest.raises(InputError, match="can be changed"):
        build(Gaussian())
