"""Whoever holds calls of this very process, over its socket, as a window does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from buslens.control.client import Program
from tests.helpers.controlled import Running
from tests.helpers.patience import PATIENCE_S, wait_until

FOR_EVER_NS = 10**15


class Holder:
    """One connection; it need not be heard of again."""

    def __init__(self, process: Running, name: str = "a test", silent_ns: int = FOR_EVER_NS) -> None:
        """silent_ns: so long the program lets it be silent."""
        process.control.program.breaks.silent_ns = silent_ns
        self.name = name
        self.program = Program(process.stream, answer_s=PATIENCE_S)
        self.program.begin("hold", holder=name, **{"from": name})

    def points(self, *points: dict[str, Any]) -> dict[str, Any]:
        """Hold what comes to these."""
        return self.ask(points=list(points))

    def ask(self, **fields: Any) -> dict[str, Any]:
        return self.program.ask("holding", PATIENCE_S / 2, holder=self.name, **fields)

    def held(self) -> list[dict[str, Any]]:
        return list(self.ask()["held"])

    def close(self) -> None:
        self.program.close()


async def turns_until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until it is so."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + PATIENCE_S
    while not condition():
        assert loop.time() < limit
        await asyncio.sleep(0.002)


def over(holder: Holder) -> None:
    """Wait until the program holds nothing for it any more."""

    def ended() -> bool:
        try:
            holder.ask()
        except Exception:
            return True
        return False

    wait_until(ended, lambda: holder.name)
