"""Parameters of a scenario: `parameters: {rate: 200/s}` gives `<rate>` a value wherever the file says it in a text.

A text that is nothing but `<rate>` becomes the value as it is, a number among them; inside a longer text the value is
written out. What is not declared stays as it stands, and so does Python code.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bus.errors import UserError
from bus.scenario.nearest import nearest

SECTION = "parameters"
LONGEST = 1_000
"""Characters of one value."""

MOST = 1_000
"""Parameters of a file."""

MOST_RUNS = 1_000
"""Runs that one command line asks for."""

LONGEST_FILLED = 10_000
"""Characters of a text with values written out."""

_PLACE = re.compile(r"<([\w\-.:/]+)>")
_CODE = "python"

Scalar = str | int | float | bool


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """What a file says, with the values of its parameters. Raises ValueError where a text becomes too long."""
    declared = values.get(SECTION)
    if not isinstance(declared, dict) or not declared:
        return values
    known = {name: value for name, value in declared.items() if isinstance(value, Scalar)}
    return {key: value if key == SECTION else _filled(value, known) for key, value in values.items()}


def _filled(value: Any, known: Mapping[str, Scalar]) -> Any:
    if isinstance(value, str):
        return _text(value, known) if "<" in value else value
    if isinstance(value, dict):
        return {key: each if key == _CODE else _filled(each, known) for key, each in value.items()}
    return [_filled(each, known) for each in value] if isinstance(value, list) else value


def _text(text: str, known: Mapping[str, Scalar]) -> Any:
    whole = _PLACE.fullmatch(text)
    if whole:
        return known.get(whole.group(1), text)
    left = LONGEST_FILLED

    def written(found: re.Match[str]) -> str:
        nonlocal left
        value = known.get(found.group(1))
        said = found.group() if value is None else _written(value)
        left -= len(said)
        if left < 0:
            raise ValueError(f"expected at most {LONGEST_FILLED} characters of parameters in one text")
        return said

    return _PLACE.sub(written, text)


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def given(declared: Mapping[str, Scalar], said: Mapping[str, str]) -> dict[str, Scalar]:
    """All parameters, some as a person has said them: of the type that each has in the file. Raises UserError."""
    result = dict(declared)
    for name, text in said.items():
        if name not in declared:
            hint = nearest(name, declared) or f"it has {', '.join(declared) or 'none'}"
            raise UserError(f"the scenario has no parameter {name}", hint=hint)
        result[name] = _read(name, text, declared[name])
    return result


def _read(name: str, text: str, before: Scalar) -> Scalar:
    if isinstance(before, str):
        return text
    try:
        if isinstance(before, bool):
            return {"true": True, "false": False}[text]
        return float(text) if isinstance(before, float) and not text.lstrip("-").isdigit() else int(text)
    except (ValueError, KeyError):
        wanted = "true or false" if isinstance(before, bool) else f"a number such as {before}"
        raise UserError(f"{name} is {text!r}", hint=f"expected {wanted}") from None


def runs(said: Iterable[str]) -> Iterator[dict[str, str]]:
    """What `rate=200/s` and `workers=1,2,3` ask for: a run for each combination. Raises UserError."""
    choices: dict[str, list[str]] = {}
    for each in said:
        name, sign, values = each.partition("=")
        if not sign or not name.strip() or not values.strip():
            raise UserError(f"--set {each}", hint="expected NAME=VALUE, or NAME=VALUE,VALUE for several runs")
        if name.strip() in choices:
            hint = f"one run for each value: --set {name.strip()}={','.join([*choices[name.strip()], values.strip()])}"
            raise UserError(f"--set says {name.strip()} twice", hint=hint)
        choices[name.strip()] = [value.strip() for value in values.split(",")]
    count = 1
    for several in choices.values():
        count *= len(several)
    if count > MOST_RUNS:
        raise UserError(f"--set asks for {count} runs", hint=f"{MOST_RUNS} at most")
    return (dict(zip(choices, each, strict=True)) for each in itertools.product(*choices.values()))
