"""A search in the space of noise, so far."""

from __future__ import annotations

import torch
from torch import Tensor

from graphs import InputError, data
from nodes.contracts.devices import put_rows, take_rows
from nodes.contracts.sample import Sample
from nodes.contracts.table import Table
from nodes.search.best_of_n import first_best, replaced
from nodes.search.refusing import refuse_tokens


@data(colour="#8f7ad0")
class Trail:
    """A search in noise so far: the `best` sample of each row, the `noise` that it came of, and its `score` [B].

    `history` [B, k] are the scores of the best after each round, `nfe` [k] the model rows for each row until then;
    float64 on the CPU.
    """

    best: Sample
    noise: Sample
    score: Tensor
    history: Tensor
    nfe: Tensor

    @staticmethod
    def begun(best: Sample, noise: Sample, score: Tensor, nfe: float) -> Trail:
        """After the first run."""
        return Trail(best, noise, score, score[:, None], torch.tensor([nfe], dtype=torch.float64))

    def joined_by(self, best: Sample, noise: Sample, score: Tensor, nfe: float) -> Trail:
        """After one more round, that gave these for each row; what is no better is left."""
        better = (score > self.score).nonzero()[:, 0]
        score = torch.maximum(score, self.score)
        spent = torch.cat([self.nfe, self.nfe[-1:] + nfe])
        history = torch.cat([self.history, score[:, None]], 1)
        if not len(better):
            return Trail(self.best, self.noise, score, history, spent)
        part = noise.take(better)
        kept = Sample(put_rows(self.noise.x, better, part.x), self.noise.s, self.noise.space, self.noise.rows)
        return Trail(replaced(self.best, better, best.take(better)), kept, score, history, spent)

    def to(self, device: str) -> Trail:
        """The same with its points on that device."""
        return Trail(self.best.to(device), self.noise.to(device), self.score, self.history, self.nfe)

    def table(self) -> Table:
        """A line for each row and round: how good the best was, for how many model rows."""
        rows, rounds = self.history.shape
        return Table(
            (
                ("row", tuple(row for row in range(rows) for _ in range(rounds))),
                ("nfe", tuple(self.nfe.tolist()) * rows),
                ("reward", tuple(self.history.flatten().tolist())),
            )
        )


def pure(noise: Sample) -> Sample:
    """The noise; `InputError` where it is not pure normal noise, whose neighbours would be of another law."""
    refuse_tokens(noise)
    if noise.space.source is not None or not bool(torch.isinf(noise.s).all()):
        raise InputError(
            "only pure normal noise is searched in",
            where="noise",
            given=noise.describe() + (f" of the law {noise.space.source}" if noise.space.source else ""),
            allowed="normal noise at s = inf",
            mend="wire noise.gaussian",
        )
    return noise


def best_of_each(scores: Tensor) -> Tensor:
    """The positions in a batch [B · N] of each row's best, the first of equals, of scores [B, N]."""
    return torch.arange(len(scores)) * scores.shape[1] + first_best(scores)


def repeated(sample: Sample, count: int) -> Sample:
    """Each row so many times, side by side, with its own lineage."""
    index = torch.arange(len(sample.rows)).repeat_interleave(count)
    return Sample(take_rows(sample.x, index), sample.s[index], sample.space, sample.rows.take(index))
