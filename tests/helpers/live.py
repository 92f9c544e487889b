"""Scenarios in tests, each in a session as the program has: a text or a file goes in, its session and trace come out.

What they tell is read by `told.py`. The real program in a process of its own is `program.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bus.engines import MAKERS, Makers
from bus.run.handle import MakeRun
from bus.run.runner import own_run
from bus.session import Session
from bus.settings import Settings
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.told import logged

TURN_S = 0.002
"""Seconds between two looks at a session: a window's turns are about as short."""


class Live:
    """Opens scenarios, runs them at full speed unless a test says otherwise, and closes them all in the end."""

    def __init__(self, folder: Path, *, trusted: bool = True) -> None:
        self.folder = folder
        """Where texts become files."""

        self.trusted = trusted
        """What the person says who is asked whether Python may run."""

        self.make_run: MakeRun | None = None
        """Where engines are; None: on threads of the test's process."""

        self.sessions: list[Session] = []

    def __call__(self, what: str | Path, *, engines: Makers = MAKERS) -> Session:
        """A session with this scenario; nothing runs yet."""
        make_run = self.make_run or partial(own_run, engines=engines)
        session = Session(Settings(), trusted=self.trusts, make_run=make_run)
        path = what if isinstance(what, Path) else self._written(what)
        self.sessions.append(session)
        session.open_scenario(path)
        return session

    def begun(
        self, what: str | Path, *, engine: str | None = None, seed: int | None = None, speed: float = math.inf,
        paused: bool = False, engines: Makers = MAKERS,
    ) -> Session:  # fmt: skip
        """A session whose run has just been started."""
        session = self(what, engines=engines)
        session.start(engine=engine, seed=seed, speed=speed, paused=paused)
        return session

    def ended(
        self, what: str | Path, *, engine: str | None = None, seed: int | None = None, speed: float = math.inf
    ) -> Session:
        """A session whose run came to its end by itself, with all that was recorded."""
        session = self.begun(what, engine=engine, seed=seed, speed=speed)
        over(session)
        assert session.engine_state.phase == "finished", session.engine_state
        return session

    def trusts(self, content_hash: str) -> bool:
        """What a session asks."""
        return self.trusted

    @staticmethod
    def until(session: Session, condition: Callable[[], bool]) -> None:
        """As the function of this name."""
        until(session, condition)

    def paused(self, session: Session) -> None:
        """Pump until the engine stands somewhere."""
        until(session, lambda: session.engine_state.next_stop is not None)

    def calls(self, session: Session, count: int) -> None:
        """Pump until so many calls have started."""
        until(session, lambda: len(session.trace.calls) >= count)

    def close(self) -> None:
        """All of them, running or not."""
        for session in self.sessions:
            session.close()

    def _written(self, text: str) -> Path:
        path = self.folder / f"scenario-{len(self.sessions)}.yaml"
        path.write_text(text if text.startswith("buslens:") else f"buslens: 1\n{text}", encoding="utf-8")
        return path


def until(session: Session, condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Pump as a window does until it is so; then the trace has all that was recorded when it came."""
    wait_until(
        lambda: session.pump() is None or condition(),
        lambda: (session.engine_state, logged(session.trace)[-50:]),
        patience_s=patience_s,
        pause_s=TURN_S,
    )
    session.pump()


def over(session: Session, patience_s: float = PATIENCE_S) -> None:
    """Wait until what runs is at rest; the trace has all of it."""
    assert session.wait(patience_s), (session.engine_state, logged(session.trace)[-50:])
    session.pump()
