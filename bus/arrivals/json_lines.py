"""JSON as its standard has it, whole or a value a line, for files that somebody else wrote."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from bus.errors import Place, UserError


def json_value(text: str) -> Any:
    """The value of a text. Raises ValueError, also for numbers that JSON has not or cannot hold; RecursionError."""
    return json.loads(text, parse_constant=_no_number, parse_float=_finite)


def json_lines(text: str, file: str) -> Iterator[tuple[int, Any]]:
    """The line and the value of each line that is not blank. Raises UserError with line and column."""
    for line, each in enumerate(text.split("\n"), 1):  # texts in JSON may have other ends of lines in them
        if not each.strip():
            continue
        try:
            yield line, json_value(each)
        except (ValueError, RecursionError) as error:
            at = Place(file, line, getattr(error, "colno", 1))
            raise UserError("this is not JSON", at=at, hint="expected an object a line") from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)
