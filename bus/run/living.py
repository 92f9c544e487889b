"""One life on a loop: from its first step to the last of what it has left behind, on the thread that calls."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from bus.errors import UserError

_TURNS_TO_UNWIND = 100
_LOG = logging.getLogger("buslens")


class Life(Protocol):
    """What goes on on a loop."""

    async def live(self) -> None:
        """All of it; ended from outside by being cancelled. Raises UserError where it must end by itself."""

    def let_go(self) -> None:
        """The life is over: release whatever waits on other threads."""

    def close(self) -> None:
        """Nothing of it runs any more: give everything back."""

    def over(self) -> None:
        """The loop is closed."""


def live(
    loop: asyncio.AbstractEventLoop,
    life: Life,
    *,
    begun: Callable[[asyncio.Task[None]], None],
    failed: Callable[[str], None],
) -> None:
    """Live it to its end.

    begun: told of the task that is cancelled to end it. failed: told why it could not go on, for a person.
    """
    try:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(_on_the_timeline)
        main = loop.create_task(life.live())
        begun(main)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(main)
    except UserError as error:
        failed(str(error))
    except Exception as error:
        _LOG.exception("the engine failed")
        failed(f"the engine failed: {type(error).__name__}: {error}")
    finally:
        _clean_up(loop, life)


def _clean_up(loop: asyncio.AbstractEventLoop, life: Life) -> None:
    life.let_go()
    try:
        loop.run_until_complete(_unwind())
    finally:
        life.close()
        asyncio.set_event_loop(None)
        loop.close()
        life.over()


async def _unwind() -> None:
    """Cancel what is left. Bounded, because a task may refuse."""
    me = asyncio.current_task()
    for _ in range(_TURNS_TO_UNWIND):
        left = asyncio.all_tasks() - {me}
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.sleep(0)


def _on_the_timeline(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
    """Keep quiet of what pyee raises where nobody catches it: the timeline shows it, on the call that failed."""
