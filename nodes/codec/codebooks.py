"""Codebooks of noise, what is chosen from them, and the bits that say so (arXiv:2502.01189)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from graphs import InputError
from nodes.contracts.draws import key_of, normals

PURPOSE = "ddcm"


@dataclass(frozen=True)
class Codebooks:
    """K normal vectors for each step, a function of the seed; M atoms a step, their shares told by C bits each."""

    seed: int
    size: int
    atoms: int
    share_bits: int

    @property
    def index_bits(self) -> int:
        """What one index takes."""
        return self.size.bit_length() - 1

    @property
    def widths(self) -> list[int]:
        """The bits of each number of a step: an index, then for each further atom its index and its share."""
        return [self.index_bits, *(self.index_bits, self.share_bits) * (self.atoms - 1)]

    def check(self) -> None:
        """`InputError` where K is no power of two, as no whole number of bits tells an index then."""
        if self.size & (self.size - 1):
            raise InputError(
                "the size of the codebook is no power of two",
                where="codebook_size",
                given=str(self.size),
                allowed="1, 2, 4, 8, …, 65536",
                mend=f"set {1 << self.index_bits}",
            )

    def first(self, event: tuple[int, ...]) -> Tensor:
        """The noise that every row begins with, [*event] float64."""
        drawn = normals(key_of(self.seed, f"{PURPOSE}/first", 0, 0), math.prod(event))
        return torch.from_numpy(drawn).reshape(event)

    def at(self, step: int, size: int) -> Tensor:
        """The codebook of a step, [K, size] float64."""
        drawn = normals(key_of(self.seed, PURPOSE, step, 0), self.size * size)
        return torch.from_numpy(drawn).reshape(self.size, size)

    def shares(self) -> Tensor:
        """The γ that a share may be: 1/(2^C − 1), …, 1."""
        count = max(1, 2**self.share_bits - 1)
        shares: Tensor = torch.arange(1, count + 1, dtype=torch.float64) / count
        return shares


class Chosen(NamedTuple):
    """A noise [B, D], and what names it: indices of atoms and, from the second on, of shares, [B, 2M − 1] int64."""

    noise: Tensor
    codes: Tensor


def chosen(book: Tensor, shares: Tensor, atoms: int, wanted: Tensor) -> Chosen:
    """The noise nearest in direction to `wanted` [B, D], atom by atom, each where the product is greatest."""
    toward = wanted @ book.mT
    index = toward.argmax(1)
    noise, codes = book[index], [index]
    for _ in range(atoms - 1):
        kept, added = shares.sqrt()[:, None], (1 - shares).sqrt()[:, None]
        along = (noise * wanted).sum(1)[:, None, None]
        cross = (noise @ book.mT)[:, None]
        squares = kept**2 * noise.square().sum(1)[:, None, None] + added**2 * book.square().sum(1)
        length = (squares + 2 * kept * added * cross).clamp(min=torch.finfo(book.dtype).tiny).sqrt()
        best = ((kept * along + added * toward[:, None]) / length).flatten(1).argmax(1)
        index, share = best % len(book), best // len(book)
        noise = mixed(noise, book[index], shares[share])
        codes += [index, share]
    return Chosen(noise, torch.stack(codes, 1))


def named(book: Tensor, shares: Tensor, codes: Tensor) -> Tensor:
    """The noise [B, D] that codes [B, 2M − 1] name, by the very steps in which it was chosen."""
    noise = book[codes[:, 0]]
    for place in range(1, codes.shape[1], 2):
        noise = mixed(noise, book[codes[:, place]], shares[codes[:, place + 1]])
    return noise


def mixed(noise: Tensor, atom: Tensor, share: Tensor) -> Tensor:
    """√γ z + √(1 − γ) z_k, brought to the length of a typical noise, a mean square of 1."""
    both = share.sqrt()[:, None] * noise + (1 - share).sqrt()[:, None] * atom
    return both / both.square().mean(1, keepdim=True).sqrt()


def packed(codes: Tensor, widths: list[int]) -> bytes:
    """The bits of whole numbers [N], each of its width, the highest first; filled up with zeros to whole bytes."""
    bits = "".join(format(code, f"0{width}b") for code, width in zip(codes.tolist(), widths, strict=True) if width)
    return np.packbits(np.array([int(bit) for bit in bits], dtype=np.uint8)).tobytes()


class Bits:
    """Rows of packed whole numbers, read one after the other."""

    def __init__(self, contents: list[bytes]) -> None:
        if len({len(content) for content in contents}) > 1:
            raise _other_settings(f"rows of {sorted({len(content) for content in contents})} bytes")
        bytes_of = np.frombuffer(b"".join(contents), dtype=np.uint8).reshape(len(contents), -1)
        self.bits, self.place = torch.from_numpy(np.unpackbits(bytes_of, axis=1)).long(), 0

    def read(self, width: int) -> Tensor:
        """The next number of each row, of so many bits, [B] int64."""
        part = self.bits[:, self.place : self.place + width]
        if part.shape[1] < width:
            raise _other_settings(f"{self.bits.shape[1] // 8} bytes a row, which end too soon")
        self.place += width
        return (part << torch.arange(width - 1, -1, -1)).sum(1)

    def end(self) -> None:
        """`InputError` where whole bytes are left."""
        if self.bits.shape[1] - self.place >= 8:  # noqa: PLR2004 - a byte
            raise _other_settings(f"{self.bits.shape[1] // 8} bytes a row, of which some are left")


def _other_settings(given: str) -> InputError:
    return InputError(
        "the codes were made with other settings",
        where="codes",
        given=given,
        allowed="codes of these levels, codebook_size, atoms and share_bits",
        mend="wire the levels and the solver of the encoder, and set the same numbers",
    )
