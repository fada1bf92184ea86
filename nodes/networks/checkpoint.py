"""A network's file: opened only when configuration, header and size agree, before any memory is taken for it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from graphs.errors import InputError
from nodes.networks.configuration import KEY, NetworkConfiguration
from nodes.networks.denoiser import Denoiser
from nodes.networks.header import (
    ITEM_SIZES,
    MEND,
    Header,
    check_layout,
    first_problem,
    open_regular,
    parse_json,
    quote,
    read_header,
    some,
)
from nodes.networks.token_configuration import TokenConfiguration
from nodes.networks.token_network import TokenNetwork

PARAMETER_LIMIT = 250_000_000
"""Most parameters of a network that is opened, a gigabyte in float32."""

HINTS = (
    ("lora", "a LoRA, which changes another network"),
    ("model.diffusion_model.", "a Stable Diffusion checkpoint"),
    ("double_blocks.", "a Flux checkpoint"),
    ("transformer_blocks.", "a network of the diffusers library"),
    ("encoder.", "an autoencoder or text encoder"),
)
"""Parts of tensor names and what a file with such names probably is, the surest first."""

OPENED_BY = {"unet": "model.checkpoint", "tokens": "model.tokens"}
"""The node that opens each architecture of ours."""


Told = TypeVar("Told", NetworkConfiguration, TokenConfiguration)
Built = TypeVar("Built", bound=nn.Module)


def read_configuration(path: Path) -> NetworkConfiguration:
    """The configuration of the network stored at `path`, read from the header alone.

    Raises `InputError` if the file is none, is of another kind, is not one of ours or describes no possible network.
    """
    with open_regular(path) as stream:
        return _configuration(_header(stream, path), NetworkConfiguration)


def open_checkpoint(path: Path) -> Denoiser:
    """The network stored at `path`: float32 on the CPU, in evaluation mode, without gradients.

    Raises `InputError` for whatever is wrong with the file. Until the configuration, the names, dtypes and shapes in
    the header and the size of the file agree, no memory is taken for tensors; no code of the file is ever run.
    """
    return _opened(path, NetworkConfiguration, lambda told: Denoiser(told))  # noqa: PLW0108 - only where it is built


def open_tokens(path: Path) -> TokenNetwork:
    """The network of tokens stored at `path`, as `open_checkpoint` opens one of pictures, and as strictly."""
    return _opened(path, TokenConfiguration, TokenNetwork)


def _opened(path: Path, schema: type[Told], build: Callable[[Told], Built]) -> Built:
    with open_regular(path) as stream:
        header = _header(stream, path)
        network = _empty_network(_configuration(header, schema), build, path)
        _compare(header, {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()})
        check_layout(header)
        weights = _weights(stream, header)
    network.load_state_dict(weights, assign=True)
    return network.eval()


def serialise(network: Denoiser | TokenNetwork, dtype: torch.dtype = torch.float16) -> bytes:
    """The file that is opened as this network, its weights rounded to `dtype`, a floating type."""
    metadata = {KEY: network.configuration.model_dump_json()}
    weights = {name: tensor.to("cpu", dtype).contiguous() for name, tensor in network.state_dict().items()}
    return save_tensors(weights, metadata)


def _header(stream: BinaryIO, path: Path) -> Header:
    try:
        return read_header(stream, path)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror}"
        raise InputError(problem, where=str(path), mend="check the disk and the permissions") from None


def _configuration(header: Header, schema: type[Told]) -> Told:
    text = header.metadata.get(KEY)
    if text is None:
        raise _not_ours(header)
    try:
        _check_architecture(parse_json(text), str(schema.model_fields["architecture"].default), header)
        return schema.model_validate_json(text)
    except ValidationError as error:
        problem = first_problem(error)
    except ValueError as error:
        problem = f"it is no valid JSON: {quote(str(error))}"
    raise InputError(
        f"the network's configuration cannot be used: {problem}",
        where=str(header.path),
        mend="use a file that Noiseloom's training wrote, as it was written",
    )


def _check_architecture(fields: object, wanted: str, header: Header) -> None:
    given = fields.get("architecture") if isinstance(fields, dict) else None
    if isinstance(given, str) and given != wanted and given in OPENED_BY:
        raise InputError(
            "this network of ours is of another kind",
            where=str(header.path),
            given=f"a network of the architecture {given!r}",
            allowed=f"one of the architecture {wanted!r}",
            mend=f"open it with {OPENED_BY[given]}",
        )


def _not_ours(header: Header) -> InputError:
    keys = sorted(header.metadata)
    near = difflib.get_close_matches(KEY, [key.lower() for key in keys[:100]], n=1)
    guesses = [f"a misspelt {KEY!r}"] if near else []
    guesses += [kind for part, kind in HINTS if any(part in name for name in header.tensors)]
    given = f"metadata {some([quote(key) for key in keys], 8)}" if keys else "no metadata"
    return InputError(
        "this safetensors file is not one of Noiseloom's networks",
        where=str(header.path),
        given=f"{given}; probably {guesses[0]}" if guesses else given,
        allowed=f"metadata with the entry {KEY!r}, the network's configuration",
        mend="choose a network that Noiseloom's training wrote",
    )


def _empty_network(configuration: Told, build: Callable[[Told], Built], path: Path) -> Built:
    """The network without memory for its weights; the schema bounds its layers, the limit its parameters."""
    _check_count(configuration.parameter_floor, path)
    with torch.device("meta"):
        network = build(configuration).requires_grad_(requires_grad=False)
    _check_count(sum(tensor.numel() for tensor in network.parameters()), path)
    return network


def _check_count(count: int, path: Path) -> None:
    if count > PARAMETER_LIMIT:
        raise InputError(
            "the network's configuration asks for too much memory",
            where=str(path),
            given=f"{count} parameters or more",
            allowed=f"at most {PARAMETER_LIMIT}",
            mend="use a smaller network",
        )


def _compare(header: Header, expected: Mapping[str, tuple[int, ...]]) -> None:
    found = header.tensors
    both = [name for name in expected if name in found]
    shapes = [name for name in both if found[name].shape != expected[name]]
    problems = {
        "missing": [quote(name) for name in expected if name not in found],
        "unexpected": [quote(name) for name in found if name not in expected],
        "of another shape": [f"{quote(n)} {list(found[n].shape)} not {list(expected[n])}" for n in shapes],
        "of another type": [f"{quote(n)} {quote(found[n].dtype)}" for n in both if found[n].dtype not in ITEM_SIZES],
    }
    listed = "; ".join(f"{len(names)} {kind} ({some(names)})" for kind, names in problems.items() if names)
    if listed:
        raise InputError(
            "the tensors are not those of the configuration",
            where=str(header.path),
            given=listed,
            allowed=f"the configuration's {len(expected)} tensors, of {', '.join(ITEM_SIZES)}",
            mend="use a file that Noiseloom's training wrote, as it was written",
        )


def _weights(stream: BinaryIO, header: Header) -> dict[str, Tensor]:
    # The bytes come through the handle whose header was checked: another file may stand at the path by now.
    try:
        content = header.raw + stream.read(header.data_size)
        stored = load_tensors(content)
    except (OSError, SafetensorError) as error:
        raise InputError(f"the tensors cannot be read: {error}", where=str(header.path), mend=MEND) from None
    weights = {name: _lay_out(tensor.to(torch.float32)) for name, tensor in stored.items()}
    broken = list(_not_finite(weights))
    if broken:
        raise InputError(
            "the network has weights that are no finite numbers",
            where=str(header.path),
            given=f"{len(broken)} tensors ({some(broken)})",
            mend="train it again, or fetch the file again",
        )
    return weights


def _lay_out(tensor: Tensor) -> Tensor:
    # Convolutions take their weights channels last; laid out otherwise, they would be rearranged at every call.
    is_convolution = tensor.dim() == len("OIHW")
    return tensor.contiguous(memory_format=torch.channels_last) if is_convolution else tensor


def _not_finite(weights: Mapping[str, Tensor]) -> Iterator[str]:
    return (quote(name) for name, tensor in sorted(weights.items()) if not bool(tensor.isfinite().all()))
