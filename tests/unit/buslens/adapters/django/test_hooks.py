"""What the probe shows of a signal of Django."""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

import buslens
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.results import GIVEN, UNREAD
from tests.unit.buslens.facts import Facts

pytest.importorskip("django")
from django.conf import settings
from django.dispatch import Signal, receiver

if not settings.configured:
    settings.configure(INSTALLED_APPS=[], DATABASES={})


def reserve(sender: object, **named: object) -> str:
    return "reserved"


def decline(sender: object, **named: object) -> None:
    raise ValueError("card declined")


async def ship(sender: object, **named: object) -> str:
    await asyncio.sleep(0)
    return "shipped"


async def lose(sender: object, **named: object) -> None:
    raise ValueError("lost")


class Shop: ...


class Market: ...


order_placed = Signal()


def watched(*receivers: Callable[..., Any], use_caching: bool = False) -> tuple[Any, buslens.Probe]:
    signal = Signal(use_caching=use_caching)
    probe = buslens.attach(signal, bus="orders")
    for each in receivers:
        signal.connect(each)
    return signal, probe


def ends(facts: Facts) -> list[tuple[str, Outcome]]:
    return [(call.handler, call.outcome) for call in facts.one("signal").calls]


def test_a_send_is_a_dispatch_with_its_sender_and_its_calls() -> None:
    signal, probe = watched(reserve)
    assert signal.send(sender=Shop, order=7) == [(reserve, "reserved")]
    facts = Facts(probe.recorder)
    dispatch = facts.one("signal")
    assert dispatch.bus == "orders"
    assert dispatch.payload == {"sender": f"<class {__name__}.Shop>", "order": 7}
    assert ends(facts) == [("reserve", Outcome.OK)]


def test_an_event_is_called_as_a_module_calls_its_signal() -> None:
    probe = buslens.attach(order_placed)
    try:
        order_placed.send(sender=None)
        dispatch = Facts(probe.recorder).one("order_placed")
        assert (dispatch.handlers, dispatch.bus) == (0, f"{__name__}.order_placed")
    finally:
        probe.detach()


@pytest.mark.parametrize("use_caching", [False, True])
def test_a_receiver_for_another_sender_is_filtered_and_not_announced(use_caching: bool) -> None:
    signal, probe = watched(use_caching=use_caching)
    signal.connect(reserve, sender=Shop)
    for _ in range(2):
        assert signal.send(sender=Market) == []
        assert signal.send(sender=Shop) == [(reserve, "reserved")]
    dispatches = Facts(probe.recorder).of("signal")
    assert [dispatch.handlers for dispatch in dispatches] == [0, 1, 0, 1]
    why = f"it is subscribed for sender <class {__name__}.Shop> only"
    assert [dispatch.filtered for dispatch in dispatches] == [[("reserve", 1, why)], []] * 2


def test_a_subscription_says_where_it_was_made_how_and_for_whom() -> None:
    signal, probe = watched()

    @receiver(signal, sender=Shop, weak=False)
    def handle(sender: object, **named: object) -> None: ...

    line = inspect.currentframe().f_lineno - 3  # type: ignore[union-attr]
    (said,) = Facts(probe.recorder).said_added
    assert said["file"] == __file__
    assert abs(int(str(said["line"])) - line) <= 1, "the line of a decorator or of its function, as Python has it"
    assert (said["weak"], said["only"]) == (False, f"sender <class {__name__}.Shop>")


def test_who_was_connected_before_is_told_and_the_death_of_such_a_one_too() -> None:
    signal = Signal()

    def passing(sender: object, **named: object) -> None: ...

    signal.connect(passing)
    signal.connect(reserve, sender=Shop, dispatch_uid="once")
    probe = buslens.attach(signal)
    del passing
    facts = Facts(probe.recorder)
    assert [name.rpartition(".")[2] for _, name, _ in facts.added] == ["passing", "reserve"]
    assert facts.said_removed == [{"weak": True, "why": "it was held weakly, and nobody else held it any more"}]


def test_a_receiver_is_once_there_by_its_dispatch_uid_and_gone_when_disconnected() -> None:
    signal, probe = watched()
    for _ in range(2):
        signal.connect(reserve, dispatch_uid="reserve")
    signal.connect(reserve)
    assert len(signal.send(sender=None)) == 2
    assert signal.disconnect(dispatch_uid="reserve")
    facts = Facts(probe.recorder)
    assert len(facts.added) == len(facts.one("signal").calls) == 2
    assert len(facts.removed) == 1


def test_a_method_is_held_as_weakly_as_before() -> None:
    class Desk:
        def handle(self, sender: object, **named: object) -> None: ...

    desk = Desk()
    signal, probe = watched(desk.handle)
    signal.send(sender=None)
    del desk
    facts = Facts(probe.recorder)
    assert facts.removed == facts.added
    assert signal.send(sender=None) == []


def test_a_receiver_that_raises_reaches_the_sender_and_the_rest_is_skipped() -> None:
    signal, probe = watched(decline, reserve)
    with pytest.raises(ValueError, match="card declined"):
        signal.send(sender=None)
    facts = Facts(probe.recorder)
    assert ends(facts) == [("decline", Outcome.FAILED)]
    assert facts.one("signal").skipped_handlers == [("reserve", facts.one("signal").calls[0].id, "")]


def test_what_send_robust_swallows_is_a_failed_call() -> None:
    def give_back(sender: object, **named: object) -> Exception:
        try:
            raise KeyError("told")
        except KeyError as error:
            return error

    signal, probe = watched(decline, give_back, reserve)
    responses = signal.send_robust(sender=None)
    assert [type(response) for _, response in responses] == [ValueError, KeyError, str]
    facts = Facts(probe.recorder)
    assert [outcome for _, outcome in ends(facts)] == [Outcome.FAILED, Outcome.OK, Outcome.OK]
    assert facts.one("signal").calls[0].error["message"] == "card declined"  # type: ignore[index]


def test_what_becomes_of_an_exception_that_send_robust_has_caught_is_told() -> None:
    signal, probe = watched(decline)
    kept = signal.send_robust(sender=None)
    signal.send_robust(sender=None)
    assert len(kept) == 1
    dispatches = Facts(probe.recorder).dispatches.values()
    assert [each.calls[0].error["kept"] for each in dispatches] == [GIVEN, UNREAD]  # type: ignore[index]


def test_a_send_inside_a_receiver_names_that_call_as_its_cause() -> None:
    recorder = Recorder()
    signals = [Signal(), Signal()]
    for each in signals:
        buslens.attach(each, recorder=recorder)

    def pay(sender: object, **named: object) -> None:
        signals[1].send(sender=None)

    signals[0].connect(pay)
    signals[0].send(sender=None)
    signals[1].send(sender=None)
    facts = Facts(recorder)
    assert [facts.cause(dispatch) for dispatch in facts.of("signal")] == ["", "pay", ""]


async def test_receivers_of_both_kinds_run_as_django_runs_them() -> None:
    signal, probe = watched(ship, reserve)
    before = CALL.get()
    assert await signal.asend(sender=None) == [(reserve, "reserved"), (ship, "shipped")]
    assert CALL.get() == before, "no call is left behind, also where a thread's context was taken over"
    facts = Facts(probe.recorder)
    assert sorted(ends(facts)) == [("reserve", Outcome.OK), ("ship", Outcome.OK)]
    lanes = {call.handler: call.lane for call in facts.one("signal").calls}
    assert lanes["reserve"] != lanes["ship"] == threading.current_thread().name


async def test_async_receivers_that_fail_are_failed_calls_robust_or_not() -> None:
    signal, probe = watched(lose, decline, reserve)
    first, second, third = await signal.asend_robust(sender=None)
    assert [type(response) for _, response in (first, second, third)] == [ValueError, str, ValueError]
    failed = {handler for handler, outcome in ends(Facts(probe.recorder)) if outcome is Outcome.FAILED}
    assert failed == {"lose", "decline"}
    for each in (lose, decline):
        signal, probe = watched(each, ship)
        with pytest.raises(ValueError, match=r"lost|declined"):
            await signal.asend(sender=None)
        assert (each.__name__, Outcome.FAILED) in ends(Facts(probe.recorder))


def test_coroutine_functions_are_run_by_send_too() -> None:
    signal, probe = watched(ship, reserve)
    assert signal.send(sender=None) == [(reserve, "reserved"), (ship, "shipped")]
    assert [type(response) for _, response in signal.send_robust(sender=None)] == [str, str]
    facts = Facts(probe.recorder)
    assert {outcome for call in facts.of("signal") for outcome in [each.outcome for each in call.calls]} == {Outcome.OK}
    assert not facts.still_open()


def test_a_receiver_that_another_one_disconnects_is_called_all_the_same() -> None:
    def first(sender: object, **named: object) -> None:
        signal.disconnect(reserve)

    signal, probe = watched(first, reserve)
    assert len(signal.send(sender=None)) == 2
    assert not Facts(probe.recorder).still_open()


def test_has_listeners_is_no_send() -> None:
    signal, probe = watched(reserve)
    assert signal.has_listeners()
    assert Facts(probe.recorder).dispatches == {}


def test_receivers_that_the_program_has_put_in_by_itself_are_seen() -> None:
    signal, probe = watched(reserve)
    kept, signal.receivers = signal.receivers, []
    assert signal.send(sender=None) == []
    signal.receivers = kept
    assert len(signal.send(sender=None)) == 1
    assert [dispatch.handlers for dispatch in Facts(probe.recorder).of("signal")] == [0, 1]


def test_models_send_signals_whose_receivers_may_be_named_by_a_text() -> None:
    from django.db.models import signals

    probe, quiet = buslens.attach(signals.post_save), buslens.attach(signals.pre_init)
    try:
        signals.post_save.connect(reserve, sender=Shop)
        read = Facts(probe.recorder)
        assert read.said_added[0]["file"] == __file__
        signals.post_save.connect(reserve, sender="shop.Order")
        signals.post_save.send(sender=Shop, instance=1)
        signals.pre_init.send(sender=Shop)
        assert [call.outcome for call in read.read().one("post_save").calls] == [Outcome.OK]
        facts = Facts(quiet.recorder)
        assert facts.dispatches == {}
        assert facts.marks == [
            "pre_init is sent for each object that a model makes: it is told only where somebody listens",
            "signals of django itself that nobody has subscribed to are counted, and not told one by one",
        ]
        assert facts.counted == [("django: pre_init, sent while nobody listened", 1)]
    finally:
        signals.post_save.disconnect(reserve, sender=Shop)
        for each in (probe, quiet):
            each.detach()


@pytest.mark.parametrize("way", ["send", "send_robust"])
def test_neither_traceback_nor_warning_shows_the_probe(way: str) -> None:
    def look(sender: object, **named: object) -> None:
        warnings.warn("two up", UserWarning, stacklevel=2)

    def seen(signal: Any) -> object:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            signal.connect(look)
            signal.connect(decline)
            try:
                responses = getattr(signal, way)(sender=None)
                error = responses[1][1]
            except ValueError as raised:
                error = raised
        frames = [(each.filename, each.lineno, each.name) for each in traceback.extract_tb(error.__traceback__)]
        return frames, [(each.filename, each.lineno, str(each.message)) for each in warned]

    assert seen(watched()[0]) == seen(Signal())


def test_receivers_are_held_by_nobody_more_than_before() -> None:
    def held(sender: object, **named: object) -> int:
        return sys.getrefcount(held)

    bare = Signal()
    bare.connect(held)
    signal, _ = watched(held)
    assert [count for _, count in signal.send(sender=None)] == [count for _, count in bare.send(sender=None)]
    before = sys.getrefcount(held)
    signal.send(sender=None)
    assert sys.getrefcount(held) == before


def test_detached_it_is_as_before() -> None:
    signal = Signal()
    before = dict(vars(signal))
    probe = buslens.attach(signal)
    assert buslens.attach(signal) is probe
    probe.detach()
    assert vars(signal) == before


def test_a_program_that_puts_something_in_the_place_of_weak_references_finds_no_trace_of_the_probe() -> None:
    signal = Signal()
    with mock.patch("weakref.ref") as ref:
        probe = buslens.attach(signal)
        signal.connect(reserve, weak=False)
        assert len(signal.send(sender=None)) == 1
        signal.disconnect(reserve)
    ref.assert_not_called()
    facts = Facts(probe.recorder)
    assert facts.added == facts.removed == [("signal", "reserve", False)]


def test_a_receiver_that_is_freed_when_python_ends_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "is_finalizing", lambda: True)

    def passing(sender: object, **named: object) -> None: ...

    _, probe = watched(passing)
    del passing
    facts = Facts(probe.recorder)
    assert (len(facts.added), facts.removed) == (1, [])
