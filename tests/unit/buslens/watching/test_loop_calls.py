"""The body of a loop over messages as calls, whatever library gives the messages."""

from __future__ import annotations

from typing import Any

from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.loop_calls import LoopCalls, loop_name
from buslens.watching.naming import HandlerName
from tests.unit.buslens.facts import Facts


class Client:
    """What is watched."""


CLIENT = Client()


def loop() -> tuple[LoopCalls, Facts, BrokerWatch]:
    recorder = Recorder()
    watch = BrokerWatch(CLIENT, recorder, recorder.bus("broker"))
    return LoopCalls(HandlerName("work"), watch), Facts(recorder), watch


def came(calls: LoopCalls, watch: BrokerWatch, tag: int) -> SeenDelivery:
    delivery = watch.delivered("orders", "orders", str(tag), (b"7", "", {}), "here")
    calls.hand(tag, delivery)
    return delivery


def test_a_call_lasts_until_the_loop_asks_again() -> None:
    calls, facts, watch = loop()
    first, second = came(calls, watch, 1), came(calls, watch, 2)
    calls.given(1)
    assert CALL.get() == first.call
    calls.given(2)
    assert CALL.get() == second.call
    calls.over()
    assert CALL.get() is None
    assert [call.outcome for call in facts.read().calls.values()] == [Outcome.OK, Outcome.OK]


def test_a_message_that_is_not_known_is_no_call() -> None:
    calls, facts, _ = loop()
    calls.given(7)
    assert facts.read().calls == {}


def test_a_loop_that_is_left_because_of_an_error_has_failed_and_by_a_break_has_not() -> None:
    for raised, outcome in ((ValueError("no stock"), Outcome.FAILED), (GeneratorExit(), Outcome.OK)):
        calls, facts, watch = loop()
        came(calls, watch, 1)
        calls.given(1)
        try:
            raise raised
        except BaseException:
            calls.leave()
        assert [call.outcome for call in facts.read().calls.values()] == [outcome]


def test_only_the_message_in_hand_fails_when_it_is_given_back() -> None:
    calls, facts, watch = loop()
    first, second = came(calls, watch, 1), came(calls, watch, 2)
    calls.given(1)
    try:
        raise ValueError
    except ValueError:
        calls.failed(second)
        assert CALL.get() == first.call
        calls.failed(first)
    assert [call.outcome for call in facts.read().calls.values()] == [Outcome.FAILED]


def test_a_call_that_nobody_watches_any_more_stays_open() -> None:
    calls, facts, watch = loop()
    came(calls, watch, 1)
    calls.given(1)
    calls.let_go()
    calls.over()
    assert CALL.get() is None
    assert [call.outcome for call in facts.read().calls.values()] == [Outcome.RUNNING]


def test_a_loop_is_called_by_the_function_that_it_stands_in() -> None:
    def work() -> Any:
        return loop_name("orders", ("buslens.",))

    found = work()
    assert (found.text.rpartition(".")[2], found.file) == ("work", __file__)
    assert loop_name("orders", ("",)).text == "loop over orders"
