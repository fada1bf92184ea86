"""Configurations as they stand beside a checkpoint's weights."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue, TypeAdapter, ValidationError

from graphs.errors import InputError

LARGEST = 2**22
"""Bytes of the largest configuration that is read."""

Config = dict[str, JsonValue]
"""A configuration as it stands in the file."""

READER = TypeAdapter(Config)


def read_config(path: Path) -> Config:
    """A configuration's file; `InputError` where it is none."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError("this is no configuration", where=str(path), given=f"{size} bytes")
        return READER.validate_json(path.read_bytes())
    except OSError as error:
        problem = f"the configuration cannot be read: {error.strerror}"
        raise InputError(problem, where=str(path), mend="fetch the whole checkpoint") from None
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]["msg"]
        raise InputError(f"this is no configuration: {problem}", where=str(path), mend="fetch it again") from None


def whole(config: Config, name: str, otherwise: int) -> int:
    """A whole number of a configuration, or what it is where it is not said."""
    value = config.get(name)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"the configuration's {name} is no whole number", given=str(value))
    return value


def real(config: Config, name: str, otherwise: float) -> float:
    """A number of a configuration, or what it is where it is not said."""
    value = config.get(name)
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"the configuration's {name} is no number", given=str(value))
    return float(value)
