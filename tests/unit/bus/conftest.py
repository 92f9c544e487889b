"""`live(text)` opens a scenario in a session of its own, which is closed when the test ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bus.session import Session
from bus.settings import Settings
from tests.helpers.patience import PATIENCE_S


class Live:
    """Opens sessions, and waits for conditions while it pumps as a window does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sessions: list[Session] = []
        self.trusted = True

    def __call__(self, text: str) -> Session:
        """A session with this scenario; nothing runs yet."""
        path = self.folder / f"scenario-{len(self.sessions)}.yaml"
        path.write_text(f"buslens: 1\n{text}", encoding="utf-8")
        session = Session(Settings(), trusted=self.trusts)
        self.sessions.append(session)
        session.open_scenario(path)
        return session

    def trusts(self, content_hash: str) -> bool:
        """What the person says."""
        return self.trusted

    @staticmethod
    def until(session: Session, condition: Callable[[], bool]) -> None:
        """Pump until it is so."""
        limit = time.monotonic() + PATIENCE_S
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < limit, f"never came: {session.engine_state}"
            session.pump()
            pause.wait(0.002)

    def paused(self, session: Session) -> None:
        """Pump until the engine stands somewhere."""
        self.until(session, lambda: session.engine_state.next_stop is not None)

    def calls(self, session: Session, count: int) -> None:
        """Pump until so many calls have started."""
        self.until(session, lambda: len(session.trace.calls) >= count)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """See the top of this file."""
    live = Live(tmp_path)
    yield live
    for session in live.sessions:
        session.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("engine", "worker"))]
