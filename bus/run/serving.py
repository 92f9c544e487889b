"""A worker's process: finds a run of its scenario, joins it, does calls until that is over, and looks for the next."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bus.engines import ENGINES
from bus.errors import UserError
from bus.run.order import Order
from bus.run.recording import Recording
from bus.run.runner import Runner
from bus.scenario import Document
from bus.scenario.nearest import nearest
from bus.sharing.worker_peer import OWNER_GONE_S, WorkerPeer, new_member

LOOK_S = 0.5
STOP_S = 10.0
MOST_TRIES = 3
"""How often one run is tried to be joined: a broker that has too much to do may not answer in time."""


Say = Callable[[str], None]


class Serving:
    """Joins runs of one scenario on one engine, one after another. `stop` may be called from any thread."""

    def __init__(self, document: Document, engine: str, *, only: tuple[str, ...], trusted: bool, say: Say) -> None:
        """Raises UserError where that cannot be."""
        joinable = {name: spec.newest_run for name, spec in ENGINES.items() if spec.newest_run is not None}
        if engine not in joinable:
            hint = nearest(engine, list(joinable)) or f"expected one of {', '.join(joinable)}"
            raise UserError(f"runs on {engine} cannot be joined", hint=hint)
        unknown = [name for name in only if name not in document.scenario.handlers]
        if unknown:
            raise UserError(
                f"the scenario has no handler {unknown[0]}", hint=nearest(unknown[0], list(document.scenario.handlers))
            )
        asking = [name for name in only or document.scenario.handlers if document.scenario.handlers[name].awaited]
        if asking:
            hint = "serve the others with --only, and leave it to the machine that has begun the run"
            raise UserError(f"{asking[0]} waits for replies, which come to one machine of a run alone", hint=hint)
        self._document = document
        self._engine = engine
        self._newest = joinable[engine]
        self._only = only
        self._trusted = trusted
        self._say = say
        self._stopped = threading.Event()
        self._reached = False
        """Whether the broker has ever answered: one that never did is a mistake in an address."""

    def stop(self) -> None:
        """Leave the run, and look for no other."""
        self._stopped.set()

    def serve(self, run: str = "") -> None:
        """Join that run; or the newest and all that follow, until `stop`. Raises UserError."""
        if run:
            self._join(run)
            return
        self._wait()
        done, tries = "", 0
        while not self._stopped.is_set():
            found = self._look()
            if found and found != done:
                try:
                    self._join(found)
                    done, tries = found, 0
                except UserError as error:
                    self._say(f"{found} could not be joined: {error}")
                    tries += 1
                    if tries == MOST_TRIES:
                        done, tries = found, 0
                if not self._stopped.is_set():
                    self._wait()
            self._stopped.wait(LOOK_S)

    def _wait(self) -> None:
        self._say(f"waiting for a run of {self._document.title} on {self._engine}")

    def _look(self) -> str:
        """The newest run; "": there is none, or a broker that was there does not answer. Raises UserError."""
        try:
            found = self._newest(self._document.content_hash)
        except UserError as error:
            if not self._reached:
                raise
            self._say(f"{error}; waiting for it")
            return ""
        self._reached = True
        return found

    def _join(self, run: str) -> None:
        order = Order(self._engine, self._document.scenario.seed, 1.0, with_script=False, joins=run, only=self._only)
        recording = Recording(order, self._document.scenario.name)
        peer = WorkerPeer(new_member(), recording.take, recording.clock.time_ns)
        runner = Runner(self._document, order, recording, peer, trusted=self._trusted)
        runner.start()
        self._say(f"joined {run} as {peer.member}")
        try:
            while runner.alive and not peer.is_over and not self._stopped.wait(LOOK_S / 5):
                if runner.clock_ns() - peer.heard_ns > OWNER_GONE_S * 1e9:
                    self._say(f"nothing was heard of {run} for {OWNER_GONE_S:.0f} s")
                    break
                if peer.is_unheard:
                    self._say(f"{run} takes in our records slower than we make them: they are more than we may keep")
                    break
            message = runner.state().message
            if message:
                raise UserError(message)
        finally:
            runner.stop()
            runner.join(STOP_S)
        self._say(f"left {run}")
