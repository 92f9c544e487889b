"""The thread that a broker's client lives on: its start, which may fail, and its end, which takes as long as it takes.

A client that blocks, or keeps heartbeats, needs real time; the engine's loop runs on a clock that may jump or stand.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from bus.contract.delivery import BrokerFailed, Tell
from bus.errors import UserError

Ready = Callable[[], None]
"""To be called once the client can be used; nothing happens the second time."""

_LOOK_S = 0.5
_LOG = logging.getLogger("buslens")


class ClientThread:
    """Runs `live(ready)` once. Made, started and ended on the engine's loop."""

    def __init__(self, engine: str, live: Callable[[Ready], None], leave: Callable[[bool], None]) -> None:
        """engine: the id of the engine whose client it is.

        live: what the thread does. Raises UserError before it calls `ready` where the client cannot be used.
        leave: lets `live` end as soon as it can. Takes whether what the run made on the broker is to be removed before;
        may be called twice.
        """
        self._engine, self._live, self._leave = engine, live, leave
        self._thread = threading.Thread(target=self._run, name=f"engine {engine}", daemon=True)
        self._is_ready = False

    @property
    def was_started(self) -> bool:
        """Whether there ever was something to wait for."""
        return self._thread.ident is not None

    async def start(self, tell: Tell) -> None:
        """Wait until the client can be used. Raises UserError.

        Where the run is to end before that, by asyncio.CancelledError, the thread is let go and ends by itself.
        tell: hears that the client is broken, where it fails after that.
        """
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._loop.create_future()
        self._thread.start()
        try:
            await self._opened
        except asyncio.CancelledError:
            self._leave(True)
            raise

    async def end(self, *, clean: bool) -> None:
        """Let it end, where it lives, and wait for that: in real time, whatever the engine's clock says.

        clean: what the run made on the broker is removed before.
        """
        if self._thread.is_alive():
            self._leave(clean)
        while self._thread.is_alive():
            await asyncio.get_running_loop().run_in_executor(None, self._thread.join, _LOOK_S)

    # On the thread

    def _run(self) -> None:
        try:
            self._live(self._ready)
        except UserError as error:
            if self._is_ready:
                self._tell([BrokerFailed(str(error))])
            else:
                self._answer(error)
        except (Exception, asyncio.CancelledError) as error:  # a client library may cancel what waits for it
            _LOG.exception("the client of %s failed", self._engine)
            why = f"the client of {self._engine} failed: {type(error).__name__}: {error}"
            if self._is_ready:
                self._tell([BrokerFailed(why)])
            else:
                self._answer(UserError(why))

    def _ready(self) -> None:
        self._is_ready = True
        self._answer(None)

    def _answer(self, error: UserError | None) -> None:
        with contextlib.suppress(RuntimeError):  # the engine's loop is closed: whoever asked has gone away
            self._loop.call_soon_threadsafe(self._settle, error)

    def _settle(self, error: UserError | None) -> None:
        """On the engine's loop. Whoever asked may have gone away meanwhile."""
        if not self._opened.done():
            self._opened.set_exception(error) if error else self._opened.set_result(None)
