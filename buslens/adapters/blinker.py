"""Watch a blinker signal: each send is a dispatch, and each receiver that blinker asks itself for is a call.

Receivers are called from blinker's own loop, or from one that is the same to the line where it is a plain one. They
come by `connect` and go by `_disconnect`, those that are held weakly too.
"""

from __future__ import annotations

import sys
import threading
import weakref
from types import FunctionType, MethodType
from typing import Any, Callable, ClassVar, Iterable, Iterator, Optional

from blinker import base
from blinker.base import ANY, ANY_ID, Signal

from buslens.payloads import shown
from buslens.recorder import Recorder
from buslens.records import Flag
from buslens.statics import first, instance_dict
from buslens.stream import StreamRecorder
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.framework_signals import UnheardSignal, framework_of
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.places import Place, files_of, place_outside
from buslens.watching.senders import SenderNames
from buslens.watching.slot_one import OneCall, begun
from buslens.watching.slot_turns import MOST, SlotPlan, SlotTurns
from buslens.watching.subscribers import FREED, Registration, Subscribers
from buslens.watching.turns import Turns
from buslens.watching.watch import Watch

_WEAK: tuple[type, ...] = getattr(base, "WeakTypes", (weakref.ref,))
_key_of: Callable[[Any], Any] = vars(base).get("make_id") or vars(base)["hashable_identity"]
_MOST_SENDERS = 4
_MOST_PLANS = 64
_EMPTY: frozenset[Any] = frozenset()
_FRAMEWORKS = ("flask.signals", "quart.signals")
_MARKS = ("_is_coroutine", "_is_coroutine_mark")
"""What makes asyncio and inspect take a function that is none for a coroutine function."""


class SignalHooks(MethodHooks):
    """The hooks of one signal."""

    METHODS: ClassVar[tuple[str, ...]] = (
        *("send", "receivers_for", "connect", "_disconnect", "_clear_state"),
        *(("send_async",) if hasattr(Signal, "send_async") else ()),  # since blinker 1.6
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Signal,)
    MADE = ("receivers", "_by_receiver", "_by_sender", "_weak_senders")

    def __init__(self, emitter: Signal, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, Watch(emitter, recorder, bus))
        self.event = _name_of(emitter) or "signal"
        framework = framework_of(emitter, _FRAMEWORKS)
        self.unheard = UnheardSignal(self.watch, framework, self.event) if framework else None
        self.subscribers = Subscribers(self.watch, self.event)
        self.senders = SenderNames()
        self.receivers: dict[Any, Receiver] = {}
        """What else is known of those in the subscribers, by the same keys."""

        self.stream = recorder if isinstance(recorder, StreamRecorder) else None
        self._plans: dict[Any, tuple[frozenset[Any], Optional[SlotPlan]]] = {}
        """By sender, or for all that have no receivers of their own; of the receivers with these keys."""

        self.asked = threading.local()
        """`turns`: of the send that is the next, on this thread, to ask for receivers."""

        self._files = files_of("blinker")
        hooks = {
            "send": _sending(self),
            "receivers_for": _receivers(self),
            "connect": _connecting(self),
            "_disconnect": _disconnecting(self),
            "_clear_state": _clearing(self),
        }
        if "send_async" in self.METHODS:
            hooks["send_async"] = _sending_async(self)
        self.hook(hooks)

    @classmethod
    def title(cls, emitter: Signal) -> str:
        """The name of a signal that has one."""
        name = _name_of(emitter)
        return f"{type(emitter).__name__} {name}" if name else ""

    def subscriptions(self, emitter: Signal, wait: bool) -> list[Subscription]:
        """Who is connected now, to whatever sender."""
        self._look(emitter, self.subscribers.remember)
        return [(self.event, registration, False) for registration in self.subscribers.known.values()]

    def unseen(self) -> list[str]:
        """A subclass may call receivers in a way of its own."""
        kind = type(self.watch.emitter())
        own = [name for name in self.METHODS[:2] if getattr(kind, name) is not getattr(Signal, name)]
        return [f"{kind.__name__} has its own {name}: a receiver that it calls by itself is not seen" for name in own]

    def told(
        self, sender: Any, kwargs: dict[str, Any], refused: str, flags: int = 0, is_plain: bool = False
    ) -> Optional[Turns]:
        """Record a send; None where it is not recorded, or nobody will be called.

        refused: the kind of receivers that blinker will not call. is_plain: `send` runs a loop of ours where it can.
        """
        watch, signal = self.watch, self.watch.emitter()
        if signal is None or not watch.live or not watch.recorder.enabled:
            return None
        try:
            if self.unheard is not None and not signal.receivers and not self.subscribers.known:
                self.unheard.sent()
                return None
            known = self.subscribers.known
            if known.keys() != signal.receivers.keys():
                self._look(signal, self.subscribers.came)
            muted = vars(signal).get("is_muted") is True
            plan = self._plan(signal, sender) if is_plain and not muted else None
            if plan is not None and plan.looks.left:
                plan = None
            if plan is not None and self.stream is not None and self.stream.spending.one_in == 1:
                measured, said = self.stream.spending.measured(), self.senders.carried(sender, kwargs)
                if plan.announced:
                    return SlotTurns(watch, self.stream, plan, _static_key, said, measured)
                plan.tell_unheard(watch, self.stream, said, measured)
                return None
            announced = {} if muted else {key: known[key] for key in _connected(signal, sender) if key in known}
            if not watch.has_room(len(announced)):
                return None
            said = self.senders.carried(sender, kwargs)
            payload = watch.payload((said,) if said else (), {})
            dispatch = watch.emitted(watch.event_id(self.event), len(announced), payload, watch.cause())
            if len(announced) < len(known):
                others = [registration for key, registration in known.items() if key not in announced]
                watch.filtered(dispatch, others, "the signal was muted" if muted else "")
            if not announced:
                return None
            receivers = self.receivers

            def key_of(receiver: Any) -> Any:
                key = _static_key(receiver)
                return None if refused and receivers[key].kind == refused else key

            turns = Turns(watch, dispatch, announced, key_of, flags)
            turns.look_again(kwargs)
            return turns
        except Exception as error:
            watch.broke(error)
        return None

    def one(self, whom: Any, given: dict[str, Any]) -> Optional[tuple[OneCall, Any, Iterator[Any]]]:
        """The call of a send's only receiver, which is plain, that receiver, and whoever blinker has behind it.

        None where the general way has to record the send. Who has changed the signal's own tables is found out by how
        many receivers there are, or by the next measured send.
        """
        stream, signal, known = self.stream, self.watch.emitter(), self.subscribers.known
        if stream is None or signal is None or not (known and self.watch.live and stream.spending.is_hot):
            return None
        try:
            own, key = vars(signal), _sender_key(whom)
            if len(own["receivers"]) != len(known) or own.get("is_muted") is True:
                return None
            found = self._plans.get(key if own["_by_sender"].get(key) else ANY_ID)
            plan = found[1] if found is not None else None
            if plan is None or len(plan.announced) != 1:
                return None
            receivers = iter(self.bare("receivers_for")(whom))
            receiver = next(receivers, None)
            if receiver is None or _static_key(receiver) not in plan.announced:
                return None
            call = begun(self.watch, stream, plan, self.senders.carried(whom, given))
            return None if call is None else (call, receiver, receivers)
        except Exception as error:
            self.watch.broke(error)
            return None

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: nothing was sent there yet."""
        super().after_fork(parent_pid)
        if self.unheard is not None:
            self.unheard.begin_anew()

    def _plan(self, signal: Signal, sender: Any) -> Optional[SlotPlan]:
        """Whom a send reaches, where these are plain functions; None: others too."""
        key, buckets = _sender_key(sender), signal._by_sender
        anybody, own = buckets.get(ANY_ID) or _EMPTY, buckets.get(key) or _EMPTY
        if not (_is_set(anybody) and _is_set(own)):
            return None  # a `set_class` of the program's own, which we ask for nothing
        keys = anybody | own if own else anybody
        plans = self._plans  # others take its place where somebody comes or goes meanwhile
        found = plans.get(key if own else ANY_ID)
        if found is None or found[0] != keys:
            known, receivers = self.subscribers.known, self.receivers
            keys, plan = frozenset(keys), None
            announced = {each: known[each] for each in keys if each in known}
            are_plain = all(receivers[each].kind == "sync" for each in announced)
            if self.stream is not None and are_plain and len(announced) <= MOST:
                others = [known[each] for each in list(known) if each not in announced]
                plan = SlotPlan(self.stream, self.watch.event_id(self.event), announced, others)
            if len(plans) >= _MOST_PLANS:
                plans.clear()
            found = plans[key if own else ANY_ID] = (
                keys,
                plan if plan and len(plan.openings) == len(announced) else None,
            )
        return found[1]

    def all_are(self, kind: str, turns: Turns) -> bool:
        """Whether everybody who was announced is of this kind of Receiver."""
        receivers = self.receivers
        return all(key in receivers and receivers[key].kind == kind for key in turns.left)

    def connected(self, receiver: Any, sender: Any = ANY, weak: Any = True) -> None:
        """A receiver was connected, or connected to one sender more."""
        try:
            key = _static_key(receiver)
            senders = self.receivers[key].senders if key in self.subscribers.known else {}
            senders[_sender_key(sender)] = "" if sender is ANY else shown(sender)
            registration = self._described(key, receiver, senders, bool(weak), place_outside(self._files))
            self.subscribers.came(key, registration)
        except Exception as error:
            self.watch.broke(error)

    def disconnected(self, key: Any, sender_key: Any, freed: bool) -> None:
        """A receiver was disconnected from a sender, or from all."""
        try:
            signal = self.watch.emitter()
            if signal is None or key not in self.subscribers.known:
                return
            self._plans = {}
            if key not in signal.receivers:
                self.receivers.pop(key, None)
                self.subscribers.went(key, FREED if freed else "")
            else:
                senders = self.receivers[key].senders
                senders.pop(sender_key, None)
                self.subscribers.known[key] = self.subscribers.known[key]._replace(only=_only(senders))
        except Exception as error:
            self.watch.broke(error)

    def _look(self, signal: Signal, tell: Callable[[Any, Registration], None]) -> None:
        """See who is connected, as after whoever has changed the signal's own tables."""
        self._plans = {}
        for key in [key for key in self.subscribers.known if key not in signal.receivers]:
            self.receivers.pop(key, None)
            self.subscribers.went(key)
        for key, stored in dict(signal.receivers).items():
            receiver = stored() if issubclass(type(stored), _WEAK) else stored
            if receiver is not None and key not in self.subscribers.known:
                buckets = signal._by_receiver.get(key, ())
                senders = {each: _text_of(signal, each) for each in first(iter, buckets, _MOST_SENDERS)}
                tell(key, self._described(key, receiver, senders, receiver is not stored, ("", 0)))

    def _described(self, key: Any, receiver: Any, senders: dict[Any, str], weak: bool, place: Place) -> Registration:
        self._plans = {}
        self.receivers[key] = Receiver(senders, _kind_of(receiver))
        known = self.subscribers.known.get(key)
        if known is not None:  # it is connected to one sender more
            return known._replace(only=_only(senders))
        return self.subscribers.described(receiver, place, weak, _only(senders))


class Receiver:
    """What a send must know of a receiver beside its name."""

    __slots__ = ("kind", "senders")

    def __init__(self, senders: dict[Any, str], kind: str) -> None:
        self.senders = senders
        """Whom it is connected to, by blinker's keys, as text; "": anybody."""

        self.kind = kind
        """"sync" and "async": a plain function or method; "": anything else, of which only blinker knows."""


def _sending(hooks: SignalHooks) -> Hook:
    direct = _has_plain_loop(hooks, "send")
    is_plain, in_slots = direct and hooks.stream is not None, SlotTurns

    def send(*sender: Any, **kwargs: Any) -> Any:
        given = kwargs
        if "_async_wrapper" in kwargs:
            given = {name: value for name, value in kwargs.items() if name != "_async_wrapper"}
        wrapped = given is not kwargs and kwargs["_async_wrapper"] is not None
        whom = sender[0] if sender else None
        one = hooks.one(whom, given) if is_plain and len(sender) < 2 else None
        if one is not None:
            call, receiver, others = one
            try:
                results = [(receiver, receiver(whom, **given))]
            except BaseException as error:
                call.failed(error)
                raise
            call.over()
            results.extend((receiver, receiver(whom, **given)) for receiver in others)
            return results
        refused = "async" if direct and not wrapped else ""
        turns = None if len(sender) > 1 else hooks.told(whom, given, refused, is_plain=is_plain)
        if turns is None:
            return hooks.bare("send")(*sender, **kwargs)
        try:
            if type(turns) is not in_slots and (not direct or not hooks.all_are("sync", turns)):
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


def _sending_async(hooks: SignalHooks) -> Hook:
    direct, flags = _has_plain_loop(hooks, "send_async"), int(Flag.ASYNC)

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
            if not direct or not hooks.all_are("async", turns):
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


def _receivers(hooks: SignalHooks) -> Hook:
    def receivers_for(sender: Any) -> Iterator[Any]:
        turns = getattr(hooks.asked, "turns", None)
        hooks.asked.turns = None
        found: Iterator[Any] = hooks.bare("receivers_for")(sender)
        return found if turns is None else turns.of(found)

    return receivers_for


def _connecting(hooks: SignalHooks) -> Hook:
    def connect(*args: Any, **kwargs: Any) -> Any:
        receiver = hooks.bare("connect")(*args, **kwargs)
        hooks.connected(receiver, *args[1:], **{name: kwargs[name] for name in kwargs if name != "receiver"})
        return receiver

    return connect


def _disconnecting(hooks: SignalHooks) -> Hook:
    is_finalizing = sys.is_finalizing

    def _disconnect(receiver_id: Any, sender_id: Any) -> None:
        if is_finalizing():  # nothing of any module is there any more
            hooks.bare("_disconnect")(receiver_id, sender_id)
            return
        signal = hooks.watch.emitter()
        stored: Any = signal.receivers.get(receiver_id) if signal is not None else None
        freed = issubclass(type(stored), _WEAK) and stored() is None
        hooks.bare("_disconnect")(receiver_id, sender_id)
        hooks.disconnected(receiver_id, sender_id, freed)

    return _disconnect


def _clearing(hooks: SignalHooks) -> Hook:
    def _clear_state() -> None:
        hooks.bare("_clear_state")()
        for key in list(hooks.subscribers.known):
            hooks.disconnected(key, ANY_ID, freed=False)

    return _clear_state


def _has_plain_loop(hooks: SignalHooks, name: str) -> bool:
    """Whether a signal sends as blinker 1.6 to 1.9 does: `results` of each `receiver`, in a loop of its own."""
    signal = hooks.watch.emitter()
    code = getattr(getattr(Signal, name), "__code__", None)
    own = name in hooks.before or getattr(type(signal), name) is not getattr(Signal, name)
    return not own and {"results", "receiver"} <= set(getattr(code, "co_varnames", ()))


def _connected(signal: Signal, sender: Any) -> Iterable[Any]:
    """Keys of the receivers that are connected to a sender, or to anybody."""
    found: dict[Any, None] = {}
    for key in (ANY_ID, _sender_key(sender)):
        bucket = signal._by_sender.get(key)
        if bucket:
            found.update(dict.fromkeys(first(iter, bucket, len(bucket))))
    return found


def _is_set(found: Any) -> bool:
    return type(found) is set or type(found) is frozenset


def _static_key(thing: Any) -> Any:
    """blinker's key of a receiver or sender, without asking those for anything that blinker knows by identity."""
    kind = type(thing)
    return _key_of(thing) if kind is MethodType or issubclass(kind, (str, int)) else id(thing)


def _sender_key(sender: Any) -> Any:
    return ANY_ID if sender is ANY else _static_key(sender)


def _only(senders: dict[Any, str]) -> str:
    """In words, whom a receiver is connected to; "" for anybody."""
    if ANY_ID in senders:
        return ""
    texts = list(senders.values())
    more = f" and {len(texts) - _MOST_SENDERS} more" if len(texts) > _MOST_SENDERS else ""
    return f"sender {', '.join(texts[:_MOST_SENDERS])}{more}" if texts else "no sender any more"


def _text_of(signal: Signal, key: Any) -> str:
    """What a sender is called of which only the key is known."""
    if key == ANY_ID and type(key) is int:
        return ""
    held = signal._weak_senders.get(key)
    sender = held() if held is not None else key if type(key) is str else None
    return shown(sender) if sender is not None else "that is not known"


def _name_of(signal: Signal) -> str:
    name = vars(signal).get("name")
    return name if type(name) is str else ""


def _kind_of(receiver: Any) -> str:
    function = receiver.__func__ if type(receiver) is MethodType else receiver
    if type(function) is not FunctionType or any(mark in (instance_dict(function) or {}) for mark in _MARKS):
        return ""
    return "async" if function.__code__.co_flags & 0x80 else "sync"


HOOKS: type[Hooks] = SignalHooks
