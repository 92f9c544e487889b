"""Records reach the window in batches, and what the session is now is told once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from bus.errors import UserError
from bus.session import EngineState, Session
from bus.trace import Trace
from ui.bridge import FACTS_A_TURN, FRAME_MS, IDLE_MS, Bridge


@dataclass
class Played:
    """What the bridge reads of a session, played by a test."""

    trace: Trace = field(default_factory=Trace)
    engine_state: EngineState = field(default_factory=EngineState)
    document: Any = None
    loading: Any = None
    turns: list[str] = field(default_factory=list)
    news: int = 0
    has_more: bool = False

    @property
    def running(self) -> Played:
        return self

    def pump(self, most: int) -> bool:
        had, self.news = self.news, max(0, self.news - most)
        self.has_more = self.news > 0
        return had > 0

    def turn_began(self) -> None:
        self.turns.append("began")

    def turn_ended(self) -> None:
        self.turns.append("ended")

    def become(self, **changes: Any) -> None:
        self.engine_state = replace(self.engine_state, **changes)


class Heard:
    """How often each signal came."""

    def __init__(self, bridge: Bridge) -> None:
        self.names: list[str] = []
        self.errors: list[UserError] = []
        bridge.records_arrived.connect(self.records)
        bridge.engine_changed.connect(self.engine)
        bridge.trace_replaced.connect(self.trace)
        bridge.document_changed.connect(self.document)
        bridge.failed.connect(self.errors.append)

    def records(self) -> None:
        self.names.append("records")

    def engine(self) -> None:
        self.names.append("engine")

    def trace(self) -> None:
        self.names.append("trace")

    def document(self) -> None:
        self.names.append("document")


class Untitled:
    """What the bridge reads of a document; all of them look alike."""

    revision, dirty, path = 0, False, None


@pytest.fixture
def session() -> Played:
    return Played()


@pytest.fixture
def bridge(qapp: Any, session: Played) -> Any:
    bridge = Bridge(cast("Session", session))
    yield bridge
    bridge.close()
    bridge.deleteLater()


def test_a_thousand_records_are_one_signal(bridge: Bridge, session: Played) -> None:
    heard = Heard(bridge)
    session.news = FACTS_A_TURN
    bridge.touch()
    bridge.touch()
    assert heard.names == ["records"]


def test_very_many_records_are_taken_in_by_parts_without_a_pause_between_them(bridge: Bridge, session: Played) -> None:
    heard = Heard(bridge)
    session.news = 5 * FACTS_A_TURN
    bridge._tick()
    assert session.news == 4 * FACTS_A_TURN
    assert bridge._timer.interval() == 0
    bridge._tick()
    assert heard.names == ["records"]  # a turn of its own
    assert session.news == 4 * FACTS_A_TURN
    while session.has_more:
        bridge._tick()
    assert bridge._timer.interval() == IDLE_MS
    assert heard.names[-1] == "records"


def test_the_session_hears_when_the_window_works_and_when_it_waits(bridge: Bridge, session: Played, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: {"began", "ended"} <= set(session.turns))


def test_an_engine_that_a_panel_started_is_noticed(bridge: Bridge, session: Played, qtbot: Any) -> None:
    with qtbot.waitSignal(bridge.engine_changed):
        session.become(phase="running", engine="pyee")


def test_it_looks_often_only_while_an_engine_lives(bridge: Bridge, session: Played) -> None:
    session.become(phase="running")
    bridge.touch()
    assert bridge._timer.interval() == FRAME_MS
    session.become(phase="finished")
    bridge.touch()
    assert bridge._timer.interval() == IDLE_MS


def test_another_trace_is_told_before_its_records(bridge: Bridge, session: Played) -> None:
    heard = Heard(bridge)
    session.trace = Trace()
    bridge.touch()
    assert heard.names == ["trace", "records"]


def test_an_engine_that_failed_says_why_once(bridge: Bridge, session: Played) -> None:
    heard = Heard(bridge)
    session.become(phase="failed", message="the broker is gone")
    bridge.touch()
    bridge.touch()
    assert [error.problem for error in heard.errors] == ["the broker is gone"]


def test_a_document_at_the_address_of_one_that_is_gone_is_another(bridge: Bridge, session: Played) -> None:
    heard = Heard(bridge)
    for _ in range(20):
        session.document = None
        session.document = Untitled()
        bridge.touch()
    assert heard.names == ["document"] * 20
