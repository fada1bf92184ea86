"""Several candidates for each row of a sample: the row itself, and siblings that differ by their noise."""

from __future__ import annotations

import torch

from nodes.contracts.devices import moved, put_rows
from nodes.contracts.rows import Rows
from nodes.contracts.sample import Sample
from nodes.sources.named import start_noise


def siblings(sample: Sample, count: int, why: str) -> Sample:
    """`count` candidates for each row, side by side; the first is the row itself, with its own lineage and noise.

    The others have lineages of their own. Those of pure noise get noise of their own; at a finite level all begin at
    the same point, and part by what their solver draws. Candidate i is the same whatever `count` is.
    """
    if count == 1:
        return sample
    rows = sample.rows.fork(count, why)
    index = torch.arange(len(sample.rows)).repeat_interleave(count)
    first = torch.arange(0, len(index), count)
    rows = Rows(rows.seed.index_copy(0, first, sample.rows.seed), rows.origin)
    wide = sample.take(index, rows)
    pure = torch.isinf(wide.s).reshape(len(index), -1).all(1)
    fresh = (pure & (torch.arange(len(index)) % count != 0)).nonzero()[:, 0]
    if not len(fresh) or sample.space.vocabulary:
        return wide
    drawn = moved(start_noise(sample.space, rows.take(fresh)).to(wide.x.dtype), wide.x.device)
    return Sample(put_rows(wide.x, fresh, drawn), wide.s, wide.space, rows, wide.aux)
