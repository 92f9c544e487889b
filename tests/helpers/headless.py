"""Run a scenario to its end without a window, through the same Session as the program does."""

from __future__ import annotations

import math
from pathlib import Path

from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from tests.helpers.patience import PATIENCE_S


def trusts_nothing(content_hash: str) -> bool:
    """Of a person who has not been asked."""
    return False


class Headless:
    """Runs scenario texts; keeps the sessions until the test ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sessions: list[Session] = []

    def __call__(self, text: str, *, engine: str | None = None, seed: int | None = None) -> Trace:
        """The trace of one run at full speed."""
        path = self.folder / f"scenario-{len(self.sessions)}.yaml"
        path.write_text(text if text.startswith("buslens:") else f"buslens: 1\n{text}", encoding="utf-8")
        session = Session(Settings(), trusted=trusts_nothing)
        self.sessions.append(session)
        session.open_scenario(path)
        session.start(engine=engine, seed=seed, speed=math.inf)
        assert session.wait(PATIENCE_S), "the scenario did not finish in time"
        session.pump()
        return session.trace

    def close(self) -> None:
        for session in self.sessions:
            session.close()
