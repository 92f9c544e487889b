"""Scenarios without one of the faults of a scenario, and a fault in the words of its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bus.errors import UserErrors
from bus.scenario import Document, loads


def fewer_faults(document: Document) -> Iterator[Document]:
    """Each without another one."""
    faults = document.values.get("faults") or []
    for index in range(len(faults)):
        other = loads(document.text, document.title)
        try:
            other.set_option("faults", [*faults[:index], *faults[index + 1 :]] or None)
        except UserErrors:
            continue
        yield other


def told(fault: Mapping[str, Any]) -> str:
    """Such as `fail: reply, probability: 0.3`."""
    return ", ".join(f"{key}: {_plain(value)}" for key, value in fault.items())


def _plain(value: Any) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
