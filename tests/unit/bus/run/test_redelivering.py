"""A call that a person wants again: made on the engine's loop and recorded; or a mark says why it was not."""

from __future__ import annotations

from bus.contract.holding import Redelivery
from bus.session import Session
from tests.helpers.live import Live, over
from tests.helpers.told import logged

TEXT = """
events: {a: {}}
handlers: {h: {on: a, do: [{log: 'h got ${event.payload}'}]}}
script: [{emit: a, with: 1}]
"""


def again(session: Session, handler: str, *carried: object) -> list[str]:
    """Have a handler called again for the first dispatch; what was logged since."""
    before, runner = len(logged(session.trace)), session.running.runner
    assert runner is not None
    runner.by_hand.redeliver(Redelivery("a", handler, int(session.trace.dispatches.id[0]), 2, carried, bool(carried)))
    session.pump()
    over(session)
    return logged(session.trace)[before:]


def test_it_is_called_with_what_is_given_or_with_nothing(live: Live) -> None:
    for engine in ("pyee", "pyee-asyncio", "pyee-threads", "sqlite"):
        session = live.ended(TEXT, engine=engine)
        said = 'a -> h redelivered by a person with another payload: {"n": 2}'
        assert again(session, "h", {"n": 2}) == [said, 'h got {"n": 2}'], engine
        assert again(session, "h") == ["a -> h redelivered by a person", "h got null"], engine
        assert session.trace.calls.attempt.tolist() == [1, 2, 2]


def test_who_does_not_hear_the_event_is_not_called_and_a_mark_says_so(live: Live) -> None:
    for engine in ("pyee", "sqlite"):
        session = live.ended(TEXT, engine=engine)
        assert again(session, "gone", 1) == ["a -> gone was not redelivered: gone does not hear a any more"]
        assert len(session.trace.interventions) == 0
