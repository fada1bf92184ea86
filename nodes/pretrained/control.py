"""ControlNets: a second network looks at a picture and adds to what a UNet has inside (arXiv:2302.05543)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from nodes.contracts.changes import Alteration, Changes
from nodes.contracts.devices import moved, put_rows, take_rows
from nodes.contracts.identity import digest_of
from nodes.pretrained.configs import Config
from nodes.pretrained.parts import Parts

Told: TypeAlias = Mapping[str, Tensor | Mapping[str, Tensor]]
"""What a network is told by name, row-aligned."""
PART = "controlnet"
EIGHTH = 8
"""How much smaller than the picture a ControlNet's latents are, where it does not say."""


class ControlNet(Alteration):
    """A ControlNet and the picture that it looks at, [3, H, W] in [0, 1]."""

    ability = "controlnet"

    def __init__(self, parts: Parts, picture: Tensor) -> None:
        self.parts, self.picture = parts, picture

    @cached_property
    def digest(self) -> str:
        """Of the network's files and the picture."""
        return digest_of((self.parts.digest, self.picture), ControlNet)

    def seen(self, height: int, width: int) -> Tensor:
        """The picture of the size that belongs to latents of that size."""
        size = (height * self.down, width * self.down)
        if self.picture.shape[-2:] == size:
            return self.picture
        whole = functional.interpolate(self.picture[None], size, mode="bicubic", antialias=True, align_corners=False)
        return whole[0].clamp(0, 1)

    @property
    def down(self) -> int:
        """How many pixels of the picture stand for one of the latents, to a side."""
        return halvings(self.parts.source.config(PART))


def halvings(config: Config) -> int:
    """How much smaller a ControlNet makes its picture."""
    widths = config.get("conditioning_embedding_out_channels")
    return 2 ** (len(widths) - 1) if isinstance(widths, list) else EIGHTH


class _Group(NamedTuple):
    """All that one ControlNet is asked: for which rows, how strongly, and about which pictures [K, 3, H, W]."""

    parts: Parts
    rows: Tensor
    strength: Tensor
    pictures: Tensor


def residuals(x: Tensor, time: Tensor, changes: Changes, told: Told) -> dict[str, Tensor | tuple[Tensor, ...]]:
    """What a UNet is told besides by the ControlNets among the changes; a row of strength 0 is not looked at."""
    total: list[Tensor] = []
    for group in _groups(x, changes):
        found = _asked(group, x, time, told)
        total = [before + more for before, more in zip(total, found, strict=True)] if total else found
    if not total:
        return {}
    return {"down_block_additional_residuals": tuple(total[:-1]), "mid_block_additional_residual": total[-1]}


def _asked(group: _Group, x: Tensor, time: Tensor, told: Told) -> list[Tensor]:
    """What it adds to each block of the way down, and last to the middle; 0 in rows that it does not look at."""
    every = torch.equal(group.rows, torch.arange(len(x)))
    with group.parts.working(PART) as network:
        down, middle = network(
            _rows(x, group).to(group.parts.dtype),
            _rows(time, group),
            controlnet_cond=group.pictures.to(group.parts.dtype),
            **{name: _told(value, group) for name, value in told.items()},
            return_dict=False,
        )
    found: list[Tensor] = []
    for part in (*down, middle):
        strong = moved(group.strength.to(x.dtype), x.device).reshape(-1, 1, 1, 1) * part.to(x.dtype)
        found.append(strong if every else put_rows(strong.new_zeros(len(x), *strong.shape[1:]), group.rows, strong))
    return found


def _groups(x: Tensor, changes: Changes) -> Iterator[_Group]:
    """One question for all pictures of one network, unless it looks at two pictures for one row."""
    asked = [(change.alteration, change.strength) for change in changes.values()]
    waiting = [(found, strength) for found, strength in asked if isinstance(found, ControlNet) and bool(strength.any())]
    while waiting:
        parts, taken, later = waiting[0][0].parts, list[tuple[ControlNet, Tensor]](), list[tuple[ControlNet, Tensor]]()
        busy = torch.zeros(len(x), dtype=torch.bool)
        for found, strength in waiting:
            free = found.parts.digest == parts.digest and not bool((busy & (strength != 0)).any())
            (taken if free else later).append((found, strength))
            busy |= (strength != 0) & free
        yield _group(parts, taken, x)
        waiting = later


def _group(parts: Parts, asked: list[tuple[ControlNet, Tensor]], x: Tensor) -> _Group:
    rows = [strength.nonzero()[:, 0] for _, strength in asked]
    pictures = [
        moved(found.seen(*x.shape[-2:]), x.device).expand(len(own), -1, -1, -1)
        for (found, _), own in zip(asked, rows, strict=True)
    ]
    strengths = [strength[own] for (_, strength), own in zip(asked, rows, strict=True)]
    return _Group(parts, torch.cat(rows), torch.cat(strengths), torch.cat(pictures))


def _told(value: Tensor | Mapping[str, Tensor], group: _Group) -> Tensor | dict[str, Tensor]:
    if isinstance(value, Tensor):
        return _cast(_rows(value, group), group)
    return {name: _cast(_rows(entry, group), group) for name, entry in value.items()}


def _cast(tensor: Tensor, group: _Group) -> Tensor:
    return tensor.to(group.parts.dtype) if tensor.is_floating_point() else tensor


def _rows(tensor: Tensor, group: _Group) -> Tensor:
    """The rows that the network looks at; the tensor itself where they are all of them, in order."""
    every = len(group.rows) == len(tensor) and torch.equal(group.rows, torch.arange(len(tensor)))
    return tensor if every else take_rows(tensor, group.rows)
