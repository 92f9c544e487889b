"""What the probe shows of a blinker signal."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

import buslens
from buslens.adapters import adapter_for
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from tests.unit.buslens.facts import Facts

blinker = pytest.importorskip("blinker")


def reserve(sender: object, **said: object) -> str:
    return "reserved"


def decline(sender: object, **said: object) -> None:
    raise ValueError("card declined")


async def ship(sender: object, **said: object) -> str:
    await asyncio.sleep(0)
    return "shipped"


class InOrder(dict[Any, None]):
    """A set of receivers that keeps their order."""

    add = dict.setdefault

    def discard(self, key: Any) -> None:
        self.pop(key, None)

    def __or__(self, other: Any) -> Any:
        return [*self, *other]


class Ordered(blinker.NamedSignal):  # type: ignore[misc, name-defined]
    set_class = InOrder


def watched(*receivers: Callable[..., Any]) -> tuple[Any, buslens.Probe]:
    """A signal whose receivers come in this order."""
    signal = Ordered("placed")
    probe = buslens.attach(signal, bus="orders")
    for receiver in receivers:
        signal.connect(receiver)
    return signal, probe


def test_a_send_is_a_dispatch_with_its_sender_and_its_calls() -> None:
    signal = blinker.Namespace().signal("placed")
    signal.connect(reserve)
    probe = buslens.attach(signal, bus="orders")
    assert signal.send("shop", order=7) == [(reserve, "reserved")]
    facts = Facts(probe.recorder)
    dispatch = facts.one("placed")
    assert (dispatch.bus, dispatch.payload) == ("orders", {"sender": "shop", "order": 7})
    assert [(call.handler, call.outcome) for call in dispatch.calls] == [("reserve", Outcome.OK)]
    assert facts.added == [("placed", "reserve", False)]


def test_a_sender_is_told_by_what_it_is_and_not_by_what_it_holds() -> None:
    class Shop:
        secret = "key"

    signal, probe = watched(reserve)
    signal.send(Shop())
    assert str(Facts(probe.recorder).one("placed").payload).endswith("Shop>'}")


def test_a_receiver_for_another_sender_is_filtered_and_not_announced() -> None:
    signal, probe = watched()
    signal.connect(reserve, sender="shop")
    signal.connect(reserve, sender="market")
    assert signal.send("elsewhere") == []
    assert signal.send("shop") == [(reserve, "reserved")]
    facts = Facts(probe.recorder)
    first, second = facts.of("placed")
    assert (first.handlers, first.filtered) == (0, [("reserve", 1, "it is subscribed for sender shop, market only")])
    assert (second.handlers, second.filtered) == (1, [])
    assert len(facts.added) == 1


def test_of_many_that_are_filtered_the_first_are_named_and_the_others_counted() -> None:
    receivers = [lambda sender, _=number: None for number in range(40)]
    signal, probe = watched()
    for number, receiver in enumerate(receivers):
        signal.connect(receiver, sender=f"shop {number}")
    signal.send("shop 3")
    filtered = Facts(probe.recorder).one("placed").filtered
    assert len(filtered) == 17
    assert filtered[-1] == ("", 23, "")


def test_a_receiver_disconnected_from_one_sender_is_still_there_for_the_other() -> None:
    signal, probe = watched()
    signal.connect(reserve, sender="shop")
    signal.connect(reserve, sender="market")
    signal.disconnect(reserve, sender="shop")
    signal.send("shop")
    signal.disconnect(reserve)
    facts = Facts(probe.recorder)
    assert facts.one("placed").filtered == [("reserve", 1, "it is subscribed for sender market only")]
    assert facts.removed == facts.added


def test_a_subscription_says_where_it_was_made_how_and_for_whom() -> None:
    signal, probe = watched()
    signal.connect(reserve, sender="shop", weak=False)
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
    (said,) = Facts(probe.recorder).said_added
    assert said == {"file": __file__, "line": line, "weak": False, "only": "sender shop"}


def test_who_was_connected_before_is_told_with_what_is_known() -> None:
    signal = Ordered("placed")
    signal.connect(reserve)
    signal.connect(decline, sender="shop", weak=False)
    facts = Facts(buslens.attach(signal).recorder)
    assert [handler for _, handler, _ in facts.added] == ["reserve", "decline"]
    assert facts.said_added == [{"weak": True}, {"weak": False, "only": "sender shop"}]


def test_a_receiver_that_is_freed_is_told_to_be_with_the_place_of_its_registration() -> None:
    signal, probe = watched()

    def passing(sender: object) -> None: ...

    signal.connect(passing)
    assert sys.getrefcount(passing) == 2, "nothing holds it"
    del passing
    facts = Facts(probe.recorder)
    assert facts.removed == facts.added
    (said,) = facts.said_removed
    assert said == {**facts.said_added[0], "why": "it was held weakly, and nobody else held it any more"}
    assert signal.send() == []


def test_a_receiver_that_raises_reaches_the_sender_and_the_rest_is_skipped() -> None:
    signal, probe = watched(decline, reserve)
    with pytest.raises(ValueError, match="card declined"):
        signal.send()
    dispatch = Facts(probe.recorder).one("placed")
    assert [(call.handler, call.outcome) for call in dispatch.calls] == [("decline", Outcome.FAILED)]
    assert dispatch.skipped_handlers == [("reserve", dispatch.calls[0].id, "")]
    assert not dispatch.open


def test_a_send_inside_a_receiver_names_that_call_as_its_cause() -> None:
    recorder = Recorder()
    placed, paid = blinker.NamedSignal("placed"), blinker.NamedSignal("paid")
    for signal in (placed, paid):
        buslens.attach(signal, recorder=recorder)

    def pay(sender: object) -> None:
        paid.send()

    placed.connect(pay)
    placed.send()
    paid.send()
    facts = Facts(recorder)
    assert [facts.cause(dispatch) for dispatch in facts.of("paid")] == ["pay", ""]


async def test_async_receivers_run_as_blinker_runs_them() -> None:
    signal, probe = watched(ship)
    assert await signal.send_async("shop") == [(ship, "shipped")]

    def in_a_coroutine(receiver: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def call(*args: object, **kwargs: object) -> object:
            return receiver(*args, **kwargs)

        return call

    signal.connect(reserve)
    assert await signal.send_async("shop", _sync_wrapper=in_a_coroutine) == [(ship, "shipped"), (reserve, "reserved")]
    facts = Facts(probe.recorder)
    calls = [[call.handler for call in each.calls] for each in facts.of("placed")]
    assert calls == [["ship"], ["ship", "reserve"]]
    assert all(call.flags & Flag.ASYNC for call in facts.calls.values())
    assert not facts.still_open()


async def test_an_async_receiver_that_raises_is_a_failed_call() -> None:
    async def lose(sender: object) -> None:
        raise ValueError("lost")

    signal, probe = watched(lose, ship)
    with pytest.raises(ValueError, match="lost"):
        await signal.send_async()
    dispatch = Facts(probe.recorder).one("placed")
    assert [call.outcome for call in dispatch.calls] == [Outcome.FAILED]
    assert [handler for handler, _, _ in dispatch.skipped_handlers] == ["ship"]


def test_an_async_receiver_needs_a_wrapper_and_is_skipped_without() -> None:
    signal, probe = watched(ship)
    with pytest.raises(RuntimeError, match="Cannot send to a coroutine function"):
        signal.send()
    assert signal.send(_async_wrapper=lambda call: lambda *args: asyncio.run(call(*args))) == [(ship, "shipped")]
    first, second = Facts(probe.recorder).of("placed")
    assert (first.calls, first.open) == ([], 0)
    assert first.skipped_handlers == [("ship", 0, "its library did not call it")]
    assert [call.outcome for call in second.calls] == [Outcome.OK]


def test_a_receiver_that_another_one_disconnects_is_skipped() -> None:
    def first(sender: object) -> None:
        signal.disconnect(reserve)

    signal, probe = watched(first, reserve)
    signal.send()
    dispatch = Facts(probe.recorder).one("placed")
    assert [call.handler.rpartition(".")[2] for call in dispatch.calls] == ["first"]
    assert dispatch.skipped_handlers == [("reserve", 0, "it was unsubscribed before its turn")]


def test_a_muted_signal_is_heard_by_nobody() -> None:
    signal, probe = watched(reserve)
    with signal.muted():
        assert signal.send() == []
    assert signal.send() == [(reserve, "reserved")]
    first, second = Facts(probe.recorder).of("placed")
    assert (first.handlers, first.filtered) == (0, [("reserve", 1, "the signal was muted")])
    assert (second.handlers, second.filtered) == (1, [])


def test_a_receiver_that_is_connected_for_a_while_comes_and_goes() -> None:
    signal, probe = watched()
    with signal.connected_to(reserve):
        signal.send()
    signal.send()
    facts = Facts(probe.recorder)
    assert [dispatch.handlers for dispatch in facts.of("placed")] == [1, 0]
    assert facts.removed == facts.added


def test_tables_that_the_program_has_changed_by_itself_are_seen_at_the_next_send() -> None:
    signal, probe = watched(reserve)
    signal._clear_state()
    signal.connect(decline)
    signal.receivers.clear()
    assert signal.send() == []
    assert [handler for _, handler, _ in Facts(probe.recorder).removed] == ["reserve", "decline"]


def test_receiver_connected_is_sent_as_ever() -> None:
    signal, _ = watched()
    told: list[Any] = []

    def hear(*signals: Any, **said: Any) -> None:
        told.append((*signals, said))

    signal.receiver_connected.connect(hear)
    signal.connect(reserve, sender="shop")
    assert told == [(signal, {"receiver": reserve, "sender": "shop", "weak": True})]


def test_a_send_that_blinker_does_itself_leaves_no_line_of_ours_in_a_traceback() -> None:
    class Declining:
        def __call__(self, sender: object) -> None:
            raise ValueError("declined")

    def frames(signal: Any, receiver: Any) -> list[tuple[str, int | None, str]]:
        signal.connect(receiver)
        with pytest.raises(ValueError, match="declined") as raised:
            signal.send()
        return [(each.filename, each.lineno, each.name) for each in traceback.extract_tb(raised.value.__traceback__)]

    declining = Declining()
    assert frames(watched()[0], declining) == frames(Ordered("placed"), declining)


@pytest.mark.parametrize("receiver", [reserve, decline])
def test_neither_stack_nor_traceback_nor_warning_shows_the_probe(receiver: Callable[..., Any]) -> None:
    def look(sender: object) -> list[tuple[str, int]]:
        warnings.warn("two up", UserWarning, stacklevel=2)
        warnings.warn("three up", UserWarning, stacklevel=3)
        return [(frame.filename, frame.lineno) for frame in traceback.extract_stack()[:-1]]

    def seen(signal: Any) -> object:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            ((_, stack),) = signal.send()
        signal.connect(receiver)
        signal.disconnect(look)
        try:
            signal.send()
            frames = []
        except ValueError as error:
            frames = [(each.filename, each.lineno, each.name) for each in traceback.extract_tb(error.__traceback__)]
        signal.disconnect(receiver)
        signal.connect(look)
        return stack, frames, [(each.filename, each.lineno, str(each.message)) for each in warned]

    bare = Ordered("placed")
    bare.connect(look)
    signal, _ = watched(look)
    results = [seen(each) for each in (bare, signal)]
    assert results[0] == results[1]


def test_receivers_are_held_by_nobody_more_than_before() -> None:
    def held(sender: object) -> int:
        return sys.getrefcount(held)

    bare = Ordered("placed")
    bare.connect(held)
    signal, _ = watched(held)
    assert [count for _, count in signal.send()] == [count for _, count in bare.send()]
    before = sys.getrefcount(held)
    signal.send()
    assert sys.getrefcount(held) == before


def test_detached_copied_or_pickled_it_is_as_before() -> None:
    signal = Ordered("placed")
    before = dict(vars(signal))
    probe = buslens.attach(signal)
    assert buslens.attach(signal) is probe
    assert "send" not in vars(copy.copy(signal))
    assert vars(pickle.loads(pickle.dumps(signal))) == before
    probe.detach()
    assert vars(signal) == before


def test_a_subclass_with_a_send_of_its_own_is_said_to_be() -> None:
    class Own(blinker.Signal):  # type: ignore[misc, name-defined]
        def send(self, *args: object, **kwargs: object) -> Any:
            return super().send(*args, **kwargs)

    signal = Own()
    signal.connect(reserve)
    probe = buslens.attach(signal)
    assert signal.send() == [(reserve, "reserved")]
    facts = Facts(probe.recorder)
    assert facts.marks == ["Own has its own send: a receiver that it calls by itself is not seen"]
    assert [call.handler for call in facts.one("signal").calls] == ["reserve"]


def test_a_bus_has_the_name_of_its_signal_and_every_use_of_one_is_heard() -> None:
    signal = blinker.Namespace().signal("placed")
    probe = buslens.attach(signal)
    signal.send()
    assert Facts(probe.recorder).one("placed").bus == "NamedSignal placed"
    (methods,) = adapter_for(signal).hooks().everything().values()
    assert {"send", "send_async", "connect"} <= set(methods)


def test_a_receiver_that_is_freed_when_python_ends_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "is_finalizing", lambda: True)
    signal, probe = watched(reserve)
    (key,) = signal.receivers
    signal._disconnect(key, blinker.base.ANY_ID)
    assert signal.receivers == {}
    assert Facts(probe.recorder).removed == []
