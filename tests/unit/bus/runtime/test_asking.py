"""A run in which a person takes what comes next waits for them, and goes on with what they take."""

from __future__ import annotations

from bus.expectations.judge import judge
from bus.exploration.judging import known_as
from bus.run.choosing import LEGAL, replay_of
from bus.runtime.asking import AskingStrategy
from bus.runtime.choices import ORDER, Place
from bus.scenario import Document
from bus.session import Session
from tests.helpers.exploring import LOST_UPDATE, sample
from tests.helpers.live import Live


def broken(document: Document, session: Session) -> list[str]:
    verdicts = judge(document.scenario.expect, session.trace, end_is_known=True)
    return [known_as(one) for one in verdicts if not one.met]


def test_what_a_person_takes_comes_next_and_the_replay_does_the_same(live: Live) -> None:
    document = sample("lost-update")
    session = live(document.text.partition("buslens: 1")[2])
    session.start(chosen=LEGAL)
    live.until(session, lambda: session.engine_state.offer is not None)
    offer = session.engine_state.offer
    assert offer is not None
    assert (offer.number, offer.kind, offer.time_ns) == (1, ORDER, 10_000_000)
    assert "deposit (deposit.made)" in [each.told for each in offer.among]
    session.running.choose(99, 1)  # an answer to a choice that is not there is none
    session.running.choose(1, 1)
    live.until(session, lambda: session.engine_state.offer is not None and session.engine_state.offer.number == 2)
    session.running.ask_no_more()
    live.until(session, lambda: session.engine_state.phase == "finished")
    assert session.engine_state.taken == ((ORDER, 0, 1),)
    assert broken(document, session) == [LOST_UPDATE]
    again = live(replay_of(document, "pyee-asyncio", 0, {Place(ORDER, 0): 1}).text.partition("buslens: 1")[2])
    again.start()
    live.until(again, lambda: again.engine_state.phase == "finished")
    assert broken(document, again) == [LOST_UPDATE]


def test_a_run_that_waits_for_a_person_can_be_stopped(live: Live) -> None:
    session = live(sample("lost-update").text.partition("buslens: 1")[2])
    session.start(chosen=LEGAL)
    live.until(session, lambda: session.engine_state.offer is not None)
    session.stop()
    live.until(session, lambda: session.engine_state.phase == "idle")
    assert session.engine_state.offer is None


def test_numbers_are_drawn_as_the_seed_says_without_asking() -> None:
    assert AskingStrategy(int).take("draw reply", 100, None) == 0
