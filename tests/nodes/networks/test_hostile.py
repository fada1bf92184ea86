from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphs.errors import InputError
from nodes.networks.checkpoint import open_checkpoint
from nodes.networks.denoiser import Denoiser
from tests.nodes.networks.examples import (
    SMALL,
    put_together,
    random_network,
    with_raw_header,
)
from tests.nodes.networks.refusals import (
    BODY,
    CONTENT,
    EXIT,
    HEADER,
    refusal,
    with_configuration,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(content=st.binary(max_size=400))
def test_any_bytes_are_refused_politely(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(content)
    assert refusal(path).message


@FUZZ
@given(raw=st.binary(max_size=300), body=st.binary(max_size=16))
def test_any_header_is_refused_politely(tmp_path: Path, raw: bytes, body: bytes) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(with_raw_header(b"{" + raw, body))
    assert refusal(path).message


@FUZZ
@given(name=st.sampled_from([EXIT, "__metadata__", "other"]), value=JSON)
def test_any_entry_is_refused_politely(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(put_together(HEADER | {name: value}, BODY))
    assert refusal(path).message


def opened(path: Path) -> Denoiser | None:
    """The network at `path`, or nothing if it is refused as it ought to be."""
    try:
        return open_checkpoint(path)
    except InputError:
        return None


@FUZZ
@given(field=st.sampled_from(sorted(set(type(SMALL).model_fields) - {"title", "recipe", "licence"})), value=JSON)
def test_any_configuration_is_refused_or_fits(tmp_path: Path, field: str, value: object) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(with_configuration(**{field: value}))
    network = opened(path)
    kept = tuple(value) if isinstance(value, list) else value  # JSON has no tuples
    assert network is None or getattr(network.configuration, field) == kept


@FUZZ
@given(place=st.integers(0, len(CONTENT) - len(BODY) - 1), byte=st.integers(0, 255))
def test_one_changed_byte_of_the_header(tmp_path: Path, place: int, byte: int) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(CONTENT[:place] + bytes([byte]) + CONTENT[place + 1 :])
    network = opened(path)
    assert network is None or network.state_dict().keys() == random_network().state_dict().keys()
