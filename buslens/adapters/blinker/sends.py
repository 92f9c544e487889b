"""The places of a blinker signal's `send`, `send_async` and `receivers_for`: the same steps, with facts around them.

Receivers that are plain functions are called from a loop that is the same to the line as blinker's, all others from
blinker's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator
from weakref import ref as weak_ref

from blinker import base
from blinker.base import ANY_ID, Signal

from buslens.adapters.blinker.keys import sender_key
from buslens.records import Flag
from buslens.statics import found_in_class
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.slot_sends import failed, nowhere, otherwise, sends_into

if TYPE_CHECKING:
    from buslens.adapters.blinker.hooks import SignalHooks
    from buslens.stream import StreamRecorder
    from buslens.watching.methods import Hook

WEAK: tuple[type, ...] = getattr(base, "WeakTypes", (weak_ref,))
"""What blinker stores of a receiver that it does not keep alive."""

_EMPTY: frozenset[Any] = frozenset()
_NOBODY = object()


def sending(hooks: SignalHooks) -> Hook:
    direct = has_plain_loop(hooks, "send")
    to = _reaching(hooks, hooks.stream) if direct and hooks.stream is not None else (nowhere, nowhere, nowhere)
    reach, go_on, over = to
    nobody, has_failed, goes_otherwise, missed = _NOBODY, failed, otherwise, hooks.subscribers.missed
    may_be_muted = _may_be_muted  # what is global below is blinker's: see `in_the_place_of`

    def send(*sender: Any, **kwargs: Any) -> Any:
        whom = sender[0] if sender else None
        reached: Any = reach(whom, kwargs) if len(sender) < 2 else None
        if reached is nobody:
            return []
        turns: Any = None
        if reached is not None:
            plan, begun, receiver, others = reached
            at, count = 0, plan.count
            try:
                result = receiver(whom, **kwargs)
                results = [(receiver, result)]
                for receiver in others:
                    if turns is None and at + 1 < count and plan.key_of(receiver) == plan.order[at + 1]:
                        at += 1
                        go_on(plan, begun, at)
                    else:
                        turns = turns or goes_otherwise(plan, begun, at)
                        turns.took(receiver)
                    result = receiver(whom, **kwargs)
                    results.append((receiver, result))
            except BaseException as error:
                if turns is None:
                    has_failed(plan, begun, at, error)
                else:
                    turns.failed(error)
                    turns.over(missed)
                raise
            if turns is None and at + 1 == count:
                over(plan, begun)
            else:
                turns = turns or goes_otherwise(plan, begun, at)
                turns.ended()
                turns.over(missed)
            return results
        given = kwargs
        if "_async_wrapper" in kwargs:
            given = {name: value for name, value in kwargs.items() if name != "_async_wrapper"}
        wrapped = given is not kwargs and kwargs["_async_wrapper"] is not None
        refused = "async" if direct and not wrapped else ""
        turns = None if len(sender) > 1 else hooks.told(whom, given, refused)
        if turns is None:
            return hooks.bare("send")(*sender, **kwargs)
        try:
            if not direct or may_be_muted(hooks) or not hooks.all_are("sync", turns):
                hooks.asked.turns = turns
                turns.by_library = True
                return hooks.bare("send")(*sender, **kwargs)
            results = []
            if turns.left:
                for receiver in turns.of(hooks.bare("receivers_for")(whom)):
                    result = receiver(whom, **given)
                    results.append((receiver, result))
            return results
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(Signal.send, "", send)  # type: ignore[no-any-return]


def _reaching(hooks: SignalHooks, stream: StreamRecorder) -> tuple[Hook, Hook, Hook]:
    """What looks whom a send reaches, and begins to record it in slots; and what goes on with that and ends it.

    None: the general way has to do that. _NOBODY where blinker would call nobody and look at nothing; else its plan,
    its first call that runs from now on, the receiver of that, and what gives those behind it.
    """
    watch, known, unheard, spending = hooks.watch, hooks.subscribers.known, hooks.unheard, stream.spending
    sends = sends_into(stream)
    begin, tell_unheard, parts, emitter_of = sends.begin, sends.unheard, hooks.senders.parts, watch.emitter
    as_ever = Signal.receivers_for

    def reach(whom: Any, named: dict[str, Any]) -> Any:
        try:
            signal: Any = emitter_of()
            if signal is None or not watch.live or type(signal).receivers_for is not as_ever:
                return None
            own, measured = signal.__dict__, None
            receivers = own["receivers"]
            if unheard is not None and not receivers and not known:
                if spending.is_on:
                    unheard.sent()
                return _NOBODY
            if not spending.is_hot:
                if not spending.is_on or spending.one_in > 1:
                    return None
                stream.chosen()
                measured = spending.measured()
                hooks.look(signal)
            if len(receivers) != len(known) or own.get("is_muted", False) is not False or "_async_wrapper" in named:
                return None
            if measured is not None:
                measured.go()
            said, carried = parts(whom, named)
            if said is None and receivers and whom is not None and type(whom) is not str:
                return None  # blinker asks a sender for its class: where something is said of that, nothing runs
            buckets = own["_by_sender"]
            keys, others = buckets.get(ANY_ID), None
            if keys is None or len(buckets) > 1:
                others = buckets.get(id(whom) if said is not None else sender_key(whom))
                keys = _EMPTY if keys is None else keys
            if not (type(keys) is set or keys is _EMPTY) or not (others is None or type(others) is set):
                return None  # a `set_class` of the program's own, which we ask for nothing
            key = ANY_ID
            if others:
                keys, key = keys | others, sender_key(whom)
            plan = watch.plans.get(key)
            if plan is None or (plan.only not in keys or len(keys) > 1 if plan.count == 1 else plan.keys != keys):
                plan = hooks.plan(key, keys if others else keys.copy())  # in the order in which blinker takes them
                if plan.keys != keys:
                    return None  # somebody is there of whom nothing is known
            if not plan.is_plain or plan.looks.left:
                return None
            if not plan.count:
                tell_unheard(plan, said, carried)
                if measured is not None:
                    measured.done(1)
                return _NOBODY
            if plan.count > 1:
                found: Any = as_ever(signal, whom)
                receiver = next(found, None)
                if plan.key_of(receiver) != plan.order[0]:
                    return None
            else:
                # As `receivers_for` does, which would take half as long as all this.
                found, receiver = (), receivers.get(plan.only)
                if type(receiver) is weak_ref or issubclass(type(receiver), WEAK):
                    receiver = receiver()
                if receiver is None:
                    return None
            begun = begin(plan, said, carried, measured)
            return None if begun is None else (plan, begun, receiver, found)
        except Exception as error:
            watch.broke(error)
            return None

    return reach, sends.go_on, sends.over


def sending_async(hooks: SignalHooks) -> Hook:
    direct, flags = has_plain_loop(hooks, "send_async"), int(Flag.ASYNC)
    may_be_muted = _may_be_muted  # as above

    async def send_async(*sender: Any, **kwargs: Any) -> Any:
        given = kwargs
        if "_sync_wrapper" in kwargs:
            given = {name: value for name, value in kwargs.items() if name != "_sync_wrapper"}
        wrapped = given is not kwargs and kwargs["_sync_wrapper"] is not None
        whom = sender[0] if sender else None
        turns = None if len(sender) > 1 else hooks.told(whom, given, "" if wrapped else "sync", flags)
        if turns is None:
            return await hooks.bare("send_async")(*sender, **kwargs)
        try:
            if not direct or may_be_muted(hooks) or not hooks.all_are("async", turns):
                hooks.asked.turns = turns  # its first step, which comes now, asks for the receivers
                turns.by_library = True
                return await hooks.bare("send_async")(*sender, **kwargs)
            results: list[Any] = []
            if turns.left:
                for receiver in turns.of(hooks.bare("receivers_for")(whom)):
                    result = await receiver(whom, **given)
                    results.append((receiver, result))
            return results
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(Signal.send_async, "", send_async)  # type: ignore[no-any-return]


def asked_for(hooks: SignalHooks) -> Hook:
    def receivers_for(sender: Any) -> Iterator[Any]:
        turns = getattr(hooks.asked, "turns", None)
        hooks.asked.turns = None
        found: Iterator[Any] = hooks.bare("receivers_for")(sender)
        return found if turns is None else turns.of(found)

    return receivers_for


def _may_be_muted(hooks: SignalHooks) -> bool:
    """Whether blinker has to find out if it is muted: it is by a value that would have to be asked for its truth."""
    return vars(hooks.watch.emitter()).get("is_muted", False) is not False


def has_plain_loop(hooks: SignalHooks, name: str) -> bool:
    """Whether a signal sends as blinker 1.6 to 1.9 does: `results` of each `receiver`, in a loop of its own."""
    signal = hooks.watch.emitter()
    code = getattr(getattr(Signal, name), "__code__", None)
    names = (name, "receivers_for")
    own = any(each in hooks.before or getattr(type(signal), each) is not getattr(Signal, each) for each in names)
    own = own or found_in_class(type(signal), "is_muted") is not None
    return not own and {"results", "receiver"} <= set(getattr(code, "co_varnames", ()))
