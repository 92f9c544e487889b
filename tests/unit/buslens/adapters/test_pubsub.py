"""What the probe shows of a topic tree of PyPubSub."""

from __future__ import annotations

import inspect
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import buslens
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.results import HANDED
from tests.unit.buslens.facts import Facts

pytest.importorskip("pubsub")
from pubsub.core import Publisher
from pubsub.utils.notification import IgnoreNotificationsMixin


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def probe(publisher: Publisher) -> Iterator[buslens.Probe]:
    with buslens.attach(publisher.getTopicMgr(), bus="shop") as probe:
        yield probe


def reserve(order: int) -> None: ...


def audit(order: int) -> None: ...


def decline(order: int) -> None:
    raise ValueError("card declined")


async def ship(order: int) -> None: ...


def everything(**data: object) -> None: ...


def test_a_message_is_a_dispatch_and_its_listeners_are_calls(publisher: Publisher, probe: buslens.Probe) -> None:
    publisher.subscribe(reserve, "placed")
    publisher.sendMessage("placed", order=7)
    facts = Facts(probe.recorder)
    dispatch = facts.one("placed")
    assert (dispatch.bus, dispatch.payload) == ("shop", {"order": 7})
    assert [(call.handler, call.outcome) for call in dispatch.calls] == [("reserve", Outcome.OK)]
    assert facts.added == [("placed", "reserve", False)]


def test_a_message_reaches_the_listeners_of_all_topics_above(publisher: Publisher, probe: buslens.Probe) -> None:
    publisher.subscribe(everything, "ALL_TOPICS")
    publisher.subscribe(audit, "order")
    publisher.subscribe(reserve, "order.placed")
    publisher.sendMessage("order.placed", order=7)
    publisher.sendMessage("order", order=7)
    facts = Facts(probe.recorder)
    assert [call.handler for call in facts.one("order.placed").calls] == ["everything", "audit", "reserve"]
    assert [call.handler for call in facts.one("order").calls] == ["everything", "audit"]
    assert not facts.still_open()


def test_trees_of_two_publishers_are_two_buses(publisher: Publisher, probe: buslens.Probe) -> None:
    other = Publisher()
    second = buslens.attach(other.getTopicMgr(), recorder=probe.recorder, bus="mail")
    publisher.subscribe(reserve, "placed")
    other.sendMessage("placed", order=7)
    publisher.sendMessage("placed", order=7)
    second.detach()
    found = Facts(probe.recorder).of("placed")
    assert [(dispatch.bus, dispatch.handlers) for dispatch in found] == [("mail", 0), ("shop", 1)]


def test_a_subscription_says_where_and_one_that_dies_says_why(publisher: Publisher, probe: buslens.Probe) -> None:
    def passing(order: int) -> None: ...

    publisher.subscribe(passing, "placed")
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
    del passing
    facts = Facts(probe.recorder)
    assert facts.said_added == [{"file": __file__, "line": line, "weak": True}]
    assert facts.said_removed == [
        {**facts.said_added[0], "why": "it was held weakly, and nobody else held it any more"}
    ]


def test_who_listened_before_is_told_and_unsubscribing_is_told(publisher: Publisher) -> None:
    publisher.subscribe(reserve, "placed")
    publisher.subscribe(audit, "order.paid")
    with buslens.attach(publisher.getTopicMgr()) as probe:
        publisher.subscribe(reserve, "placed")
        publisher.unsubscribe(reserve, "placed")
        publisher.unsubAll()
        facts = Facts(probe.recorder)
        assert facts.added == facts.removed == [("placed", "reserve", False), ("order.paid", "audit", False)]


def test_a_listener_that_raises_ends_the_message_and_the_rest_is_skipped(
    publisher: Publisher, probe: buslens.Probe
) -> None:
    for listener in (decline, reserve):
        publisher.subscribe(listener, "placed")
    with pytest.raises(ValueError, match="card declined"):
        publisher.sendMessage("placed", order=7)
    dispatch = Facts(probe.recorder).one("placed")
    assert [(call.handler, call.outcome) for call in dispatch.calls] == [("decline", Outcome.FAILED)]
    assert dispatch.skipped_handlers == [("reserve", dispatch.calls[0].id, "")]


def test_what_an_exception_handler_takes_is_a_failed_call_all_the_same(
    publisher: Publisher, probe: buslens.Probe
) -> None:
    told: list[str] = []
    publisher.setListenerExcHandler(lambda name, topic: told.append(name.partition("_")[0]))
    for listener in (decline, reserve):
        publisher.subscribe(listener, "placed")
    publisher.sendMessage("placed", order=7)
    calls = Facts(probe.recorder).one("placed").calls
    assert [call.outcome for call in calls] == [Outcome.FAILED, Outcome.OK]
    assert told == ["decline"]
    assert calls[0].error["kept"] == HANDED  # type: ignore[index]
    assert publisher.getListenerExcHandler() is not None


def test_a_message_that_pubsub_refuses_reaches_nobody_and_says_why(publisher: Publisher, probe: buslens.Probe) -> None:
    publisher.subscribe(reserve, "placed")
    with pytest.raises(Exception, match="order"):
        publisher.sendMessage("placed")
    dispatch = Facts(probe.recorder).one("placed")
    assert dispatch.payload == "no payload"
    assert dispatch.skipped_handlers == [
        ("reserve", 0, "PyPubSub did not deliver the message: SenderMissingReqdMsgDataError")
    ]


@pytest.mark.filterwarnings("ignore:coroutine 'ship' was never awaited")
def test_a_coroutine_function_is_called_and_never_runs(publisher: Publisher, probe: buslens.Probe) -> None:
    publisher.subscribe(ship, "placed")
    publisher.sendMessage("placed", order=7)
    (call,) = Facts(probe.recorder).one("placed").calls
    assert call.outcome is Outcome.NEVER_RAN


def test_a_message_inside_a_listener_names_that_call_as_its_cause(publisher: Publisher, probe: buslens.Probe) -> None:
    def pay(order: int) -> None:
        publisher.sendMessage("paid", order=order)

    publisher.subscribe(pay, "placed")
    publisher.subscribe(reserve, "paid")
    publisher.sendMessage("placed", order=7)
    publisher.sendMessage("paid", order=8)
    facts = Facts(probe.recorder)
    assert [facts.cause(dispatch) for dispatch in facts.of("paid")] == ["pay", ""]


def test_whoever_is_notified_gets_pubsubs_own_listeners(publisher: Publisher, probe: buslens.Probe) -> None:
    class Notified(IgnoreNotificationsMixin):  # type: ignore[misc]
        def __init__(self) -> None:
            self.sent: list[Any] = []

        def notifySend(self, stage: str, topic: Any, pubListener: Any = None) -> None:
            self.sent.append((stage, type(pubListener).__name__))

    notified = Notified()
    publisher.addNotificationHandler(notified)
    publisher.setNotificationFlags(sendMessage=True)
    publisher.subscribe(reserve, "placed")
    publisher.sendMessage("placed", order=7)
    assert notified.sent == [("pre", "NoneType"), ("in", "Listener"), ("post", "NoneType")]


def test_a_program_that_asks_for_listeners_gets_pubsubs_own(publisher: Publisher, probe: buslens.Probe) -> None:
    seen: list[Any] = []

    def look(order: int) -> None:
        seen.extend(publisher.getTopicMgr().getTopic("placed").getListeners())

    publisher.subscribe(look, "placed")
    publisher.sendMessage("placed", order=7)
    assert [type(each).__name__ for each in seen] == ["Listener"]


def test_neither_traceback_nor_warning_nor_reference_count_shows_the_probe() -> None:
    def look(order: int) -> None:
        counts.append(sys.getrefcount(look))
        warnings.warn("two up", UserWarning, stacklevel=2)
        warnings.warn("three up", UserWarning, stacklevel=3)

    def seen(prepare: Callable[[Publisher], object]) -> object:
        publisher = Publisher()
        kept = prepare(publisher)
        for listener in (look, decline):
            publisher.subscribe(listener, "placed")
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            with pytest.raises(ValueError, match="declined") as raised:
                publisher.sendMessage("placed", order=7)
        del kept
        frames = [(each.filename, each.lineno, each.name) for each in traceback.extract_tb(raised.value.__traceback__)]
        return frames, [(each.filename, each.lineno, str(each.message)) for each in warned]

    counts: list[int] = []
    assert seen(lambda publisher: buslens.attach(publisher.getTopicMgr())) == seen(lambda _: None)
    assert counts[0] == counts[1]


def test_detached_the_tree_is_as_before(publisher: Publisher) -> None:
    publisher.subscribe(reserve, "order.placed")
    manager = publisher.getTopicMgr()
    topics = [manager.getTopic(name) for name in ("order", "order.placed")]
    before = [dict(vars(topic)) for topic in topics]
    settings = type(topics[0]._treeConfig)
    probe = buslens.attach(manager, recorder=Recorder())
    assert buslens.attach(manager) is probe
    probe.detach()
    assert [vars(topic) for topic in topics] == before
    assert type(topics[0]._treeConfig) is settings
    publisher.sendMessage("order.placed", order=7)
    assert Facts(probe.recorder).dispatches == {}


def test_the_tree_of_the_module_has_its_name_and_is_found_by_its_use() -> None:
    from pubsub import pub

    with buslens.attach(pub.getDefaultTopicMgr()) as probe:
        pub.subscribe(reserve, "placed")
        pub.sendMessage("placed", order=7)
        pub.unsubscribe(reserve, "placed")
        assert Facts(probe.recorder).one("placed").bus == "pubsub.pub"


def test_a_listener_that_is_freed_when_python_ends_is_not_told(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "is_finalizing", lambda: True)

    def passing(order: int) -> None: ...

    with buslens.attach(publisher.getTopicMgr()) as probe:
        publisher.subscribe(passing, "placed")
        del passing
        facts = Facts(probe.recorder)
        assert (len(facts.added), facts.removed) == (1, [])
