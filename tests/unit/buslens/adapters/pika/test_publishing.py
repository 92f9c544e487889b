"""What becomes of the messages that a channel of pika has sent, as the broker says it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("pika")

import pika

from buslens.adapters.pika.publishing import Publishing
from buslens.recorder import Recorder
from buslens.watching.broker_watch import BrokerWatch
from tests.unit.buslens.facts import Facts


class Channel:
    """What is watched."""


CHANNEL = Channel()


def publishing(*, confirms: bool = True) -> tuple[Publishing, Facts]:
    recorder = Recorder()
    made = Publishing(BrokerWatch(CHANNEL, recorder, recorder.bus("broker")))
    if confirms:
        made.asked_for_confirms()
    return made, Facts(recorder)


def publish(publishing: Publishing, key: str, *, mandatory: bool = False, ident: str | None = None) -> None:
    publishing.begin(b"7", "", key, pika.BasicProperties(message_id=ident), mandatory)
    publishing.written()


def returned(publishing: Publishing, key: str, ident: str | None = None) -> None:
    method = SimpleNamespace(exchange="", routing_key=key, reply_text="NO_ROUTE")
    publishing.returned(method, pika.BasicProperties(message_id=ident))


def steps(facts: Facts) -> list[tuple[str, str, str]]:
    return [(step[0], step[1], step[4] if "{" not in step[4] else "") for step in facts.read().steps]


def test_an_answer_for_many_is_one_for_each_of_them() -> None:
    made, facts = publishing()
    for key in ("a", "b", "c"):
        publish(made, key)
    made.answered(False, 2, True)
    assert steps(facts) == [("CONFIRMED", "a", ""), ("CONFIRMED", "b", "")]
    made.answered(True, 3, False)
    assert steps(facts)[2:] == [("DISCARDED", "c", "the broker has refused it")]


def test_a_mandatory_message_that_is_confirmed_is_in_a_queue() -> None:
    made, facts = publishing()
    publish(made, "a", mandatory=True)
    made.answered(False, 1, False)
    assert steps(facts) == [("CONFIRMED", "a", ""), ("ENQUEUED", "a", "")]


def test_a_returned_message_is_discarded_and_not_confirmed_any_more() -> None:
    made, facts = publishing()
    publish(made, "a", mandatory=True, ident="1")
    publish(made, "a", mandatory=True, ident="2")
    returned(made, "a", "2")
    made.answered(False, 2, True)
    assert steps(facts)[0] == ("DISCARDED", "a", "the broker has returned it: NO_ROUTE")
    assert [step[0] for step in steps(facts)[1:]] == ["CONFIRMED", "ENQUEUED"]


def test_without_confirms_it_is_sent_and_may_still_be_returned() -> None:
    made, facts = publishing(confirms=False)
    publish(made, "a", mandatory=True)
    returned(made, "a")
    returned(made, "b")
    assert [step[0] for step in steps(facts)] == ["SENT", "DISCARDED"]


def test_what_raises_before_it_is_written_was_not_sent() -> None:
    made, facts = publishing()
    dispatch = made.begin(b"7", "", "a", None, False)
    made.refused(dispatch, RuntimeError())
    assert steps(facts) == [("DISCARDED", "a", "it was not sent: RuntimeError")]


def test_confirms_that_were_asked_for_before_come_for_one_after_the_other_or_are_not_seen() -> None:
    blocking, facts = publishing(confirms=False)
    blocking.confirms_already(True)
    publish(blocking, "a")
    blocking.answered(False, 7, False)
    assert steps(facts) == [("CONFIRMED", "a", "")]

    other, facts = publishing(confirms=False)
    other.confirms_already(False)
    publish(other, "a")
    other.answered(False, 1, False)
    assert steps(facts) == [("SENT", "a", "")]
    assert "before the watching began" in facts.marks[0]


def test_what_is_never_answered_is_forgotten_in_the_end() -> None:
    made: Any
    made, _ = publishing()
    for _ in range(10_050):
        publish(made, "a")
    assert len(made._open) == 10_000
