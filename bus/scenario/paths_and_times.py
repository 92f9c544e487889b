"""Fixed times, and fields of payloads by their paths, as the parts of a scenario write them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bus.scenario import distribution, expressions
from bus.trace import payload_paths

A_TIME = "a time such as 20ms, 1.5s or 2min"


def as_time(value: Any) -> Any:
    """A value where a time belongs. Raises where it is no text at all."""
    if not isinstance(value, str):
        raise PydanticCustomError("time_type", "expected {wanted}", {"wanted": A_TIME})
    return value


def _time(text: str) -> str:
    distribution.parse_time(text)
    return text


def shift_ns(text: str) -> int:
    """Read a time that may have a minus before it into nanoseconds. Raises ValueError that says what was expected."""
    try:
        ns = distribution.parse_time(text.strip().removeprefix("-"))
    except ValueError as error:
        raise ValueError(f"{error}, or the same with a minus before it") from None
    return -ns if text.strip().startswith("-") else ns


def _shift(text: str) -> str:
    shift_ns(text)
    return text


def _path(text: str) -> str:
    wanted = "expected the path of a field, such as id or customer.id"
    try:
        steps = payload_paths.steps_of(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not steps:
        raise ValueError(wanted)
    return text


Time = Annotated[
    str, BeforeValidator(as_time), AfterValidator(_time), Field(description="a time such as 100ms", examples=["2s"])
]
Shift = Annotated[
    str,
    BeforeValidator(as_time),
    AfterValidator(_shift),
    Field(description="a time such as 100ms, or -100ms", examples=["-20ms"]),
]
"""How far something is from where it should be."""

Path = Annotated[str, AfterValidator(_path), Field(max_length=expressions.LONGEST)]
