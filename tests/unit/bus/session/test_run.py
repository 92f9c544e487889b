"""A run is over when its script is and nothing is open: what is edited afterwards waits for its next emit."""

from __future__ import annotations

import math

from bus.session import Session
from buslens.records import NameKind, Outcome
from tests.helpers.live import Live

SHOP = """
events: {order.placed: {}, order.paid: {}}
handlers:
  charge_card: {on: order.placed, do: [{emit: order.paid}]}
script: [{emit: order.placed}]
"""


def finished(live: Live, text: str = SHOP) -> Session:
    session = live(text)
    session.runs.most = 10
    session.start(speed=math.inf, seed=42)
    assert session.wait(60)
    return session


def handlers(session: Session) -> list[str]:
    names = session.trace.names
    return [names.text(ident) for ident in names.ids(NameKind.HANDLER)]


def test_an_edit_after_the_end_changes_nothing_of_the_run(live: Live) -> None:
    session = finished(live)
    span, whole = session.trace.span_ns, session.trace.whole
    assert session.document is not None
    session.document.rename_handler("charge_card", "charge")
    session.document.remove_handler("charge")
    for _ in range(5):
        session.pump()
    assert (session.trace.span_ns, session.trace.whole) == (span, whole)
    assert handlers(session) == ["charge_card"]
    assert session.runs.view.origin is not None
    assert "charge_card" in session.runs.view.origin.texts.own


def test_an_emit_by_hand_after_the_end_goes_on_with_the_same_run(live: Live) -> None:
    session = finished(live)
    view = session.runs.view
    session.emit("order.placed")
    live.until(session, lambda: len(session.trace.dispatches) == 4)
    assert session.runs.view is view
    assert view.emitted == 1


def test_an_emit_by_hand_after_an_edit_goes_on_with_the_scenario_as_it_is_then(live: Live) -> None:
    session = finished(live)
    view = session.runs.view
    assert session.document is not None
    session.document.rename_handler("charge_card", "charge")
    session.emit("order.placed")
    live.until(session, lambda: len(session.trace.dispatches) == 4)
    assert session.runs.view is view
    assert view.edited
    assert view.origin is not None
    assert view.origin.differs_from(session.document) == ""
    assert handlers(session) == ["charge_card", "charge"]


def test_a_handler_that_comes_late_gets_what_the_broker_has_kept(live: Live) -> None:
    session = live.ended("engine: sqlite\nevents: {a: {}}\nscript: [{emit: a, with: 1}]")
    assert session.trace.dispatches.outcome.tolist() == [Outcome.KEPT]
    assert session.document is not None
    session.document.add_handler("late", "a")
    session.emit("a", 2)
    live.until(session, lambda: session.trace.dispatches.outcome.tolist() == [Outcome.OK, Outcome.OK])


def test_an_edit_while_it_runs_is_of_the_run(live: Live) -> None:
    session = live("events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]")
    session.start(speed=1.0)
    live.calls(session, 1)
    assert session.document is not None
    session.document.rename_handler("h", "g")
    live.until(session, lambda: "g" in handlers(session))
    view = session.runs.view
    assert view.edited
    assert view.origin is not None
    assert view.origin.differs_from(session.document) == ""
    session.document.rename_handler("g", "k")
    assert view.origin.differs_from(session.document) == "made from an earlier text of scenario-0.yaml"
