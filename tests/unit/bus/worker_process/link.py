"""A worker's link to a run that keeps what is asked of it."""

from __future__ import annotations

from typing import Any


class Heard:
    """Keeps what is asked for."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def emit(self, event: str, value: Any) -> None:
        self.said.append(("emit", event, value))

    def log(self, text: str) -> None:
        self.said.append(("log", text))

    def count(self, name: str) -> None:
        self.said.append(("count", name))

    def wait(self, ns: int) -> None:
        self.said.append(("wait", ns))
