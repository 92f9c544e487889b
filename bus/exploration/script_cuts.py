"""Scripts that are a little shorter than that of a scenario: without one of its steps, or with half its repetitions."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from bus.errors import UserErrors
from bus.scenario import Document

COUNTS = ("times", "repeat")


def shorter(document: Document) -> Iterator[Document]:
    """Each with another cut, the largest first."""
    script = document.whole.get("script") or []
    for cut in _cuts(script):
        # Of the same text each time: what a person wrote around it stays.
        other = document.apart()
        try:
            other.set_option("script", cut or None)
        except UserErrors:
            continue
        yield other


def _cuts(steps: list[Any]) -> Iterator[list[Any]]:
    size = len(steps) // 2
    while size > 1:
        for begin in range(0, len(steps), size):
            yield steps[:begin] + steps[begin + size :]
        size //= 2
    for index, step in enumerate(steps):
        yield steps[:index] + steps[index + 1 :]
        for less in _smaller(step):
            yield [*steps[:index], less, *steps[index + 1 :]]


def _smaller(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in COUNTS:
        many = step.get(key, 1)
        for less in sorted({many // 2, many - 1} - {many, 0}) if isinstance(many, int) else ():
            made = deepcopy(step)
            made[key] = less
            if less == 1 and key == "times":
                del made["times"]
                made.pop("every", None)
            yield made
    for inner in _cuts(step["do"]) if isinstance(step.get("do"), list) else ():
        if inner:
            yield {**deepcopy(step), "do": inner}
