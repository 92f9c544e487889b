"""Watch a blinker signal: each send is a dispatch, and each receiver that blinker asks itself for is a call.

Receivers are called from blinker's own loop, or from one that is the same to the line where it is a plain one. They
come by `connect` and go by `_disconnect`, those that are held weakly too.
"""

from __future__ import annotations

import sys
import threading
from types import FunctionType, MethodType
from typing import Any, Callable, ClassVar, Iterable, Optional

from blinker.base import ANY, ANY_ID, Signal

from buslens.adapters.blinker.keys import sender_key, static_key
from buslens.adapters.blinker.sends import WEAK, asked_for, sending, sending_async
from buslens.payloads import shown
from buslens.recorder import Recorder
from buslens.statics import first, instance_dict
from buslens.stream import StreamRecorder
from buslens.watching.framework_signals import UnheardSignal, framework_of
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.places import Place, files_of, place_outside
from buslens.watching.senders import SenderNames
from buslens.watching.slot_plan import SignalWatch, SlotPlan
from buslens.watching.subscribers import FREED, Registration, Subscribers
from buslens.watching.turns import Turns

_MOST_SENDERS = 4
_FRAMEWORKS = ("flask.signals", "quart.signals")
_MARKS = ("_is_coroutine", "_is_coroutine_mark")
"""What makes asyncio and inspect take a function that is none for a coroutine function."""


class SignalHooks(MethodHooks):
    """The hooks of one signal."""

    watch: SignalWatch

    METHODS: ClassVar[tuple[str, ...]] = (
        *("send", "receivers_for", "connect", "_disconnect", "_clear_state"),
        *(("send_async",) if hasattr(Signal, "send_async") else ()),  # since blinker 1.6
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Signal,)
    MADE = ("receivers", "_by_receiver", "_by_sender", "_weak_senders")

    def __init__(self, emitter: Signal, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, SignalWatch(emitter, recorder, bus))
        self.event = _name_of(emitter) or "signal"
        framework = framework_of(emitter, _FRAMEWORKS)
        self.unheard = UnheardSignal(self.watch, framework, self.event) if framework else None
        self.subscribers = Subscribers(self.watch, self.event)
        self.senders = SenderNames()
        self.receivers: dict[Any, Receiver] = {}
        """What else is known of those in the subscribers, by the same keys."""

        self.stream = recorder if isinstance(recorder, StreamRecorder) else None
        self.asked = threading.local()
        """`turns`: of the send that is the next, on this thread, to ask for receivers."""

        self._files = files_of("blinker")
        hooks = {
            "send": sending(self),
            "receivers_for": asked_for(self),
            "connect": _connecting(self),
            "_disconnect": _disconnecting(self),
            "_clear_state": _clearing(self),
        }
        if "send_async" in self.METHODS:
            hooks["send_async"] = sending_async(self)
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

    def told(self, sender: Any, kwargs: dict[str, Any], refused: str, flags: int = 0) -> Optional[Turns]:
        """Record a send; None where it is not recorded, or nobody will be called.

        refused: the kind of receivers that blinker will not call.
        """
        watch, signal = self.watch, self.watch.emitter()
        if signal is None or not watch.live or not watch.recorder.enabled:
            return None
        try:
            known = self.subscribers.known
            if self.unheard is not None and not signal.receivers and not known:
                self.unheard.sent()
                return None
            self.look(signal)
            muted = vars(signal).get("is_muted") is True
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
                key = static_key(receiver)
                return None if refused and receivers[key].kind == refused else key

            turns = Turns(watch, dispatch, announced, key_of, flags)
            turns.look_again(kwargs)
            return turns
        except Exception as error:
            watch.broke(error)
        return None

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: nothing was sent there yet."""
        super().after_fork(parent_pid)
        if self.unheard is not None:
            self.unheard.begin_anew()

    def look(self, signal: Signal) -> None:
        """See whether somebody has changed the signal's own tables."""
        if self.subscribers.known.keys() != signal.receivers.keys():
            self._look(signal, self.subscribers.came)

    def plan(self, whom: Any, keys: Iterable[Any]) -> SlotPlan:
        """Whom a send reaches that calls the receivers of these keys, one after another. whom: what it is kept by."""
        known, receivers, watch = self.subscribers.known, self.receivers, self.watch
        announced = {key: known[key] for key in keys if key in known}
        others = [known[key] for key in list(known) if key not in announced]
        is_plain = all(receivers[key].kind == "sync" for key in announced)
        assert self.stream is not None
        key_of = id if all(type(key) is int for key in announced) else static_key  # it takes a fifth of the time
        made = SlotPlan(watch, self.stream, watch.event_id(self.event), announced, key_of, others, is_plain)
        return watch.keep(whom, made)

    def all_are(self, kind: str, turns: Turns) -> bool:
        """Whether everybody who was announced is of this kind of Receiver."""
        receivers = self.receivers
        return all(key in receivers and receivers[key].kind == kind for key in turns.left)

    def connected(self, receiver: Any, sender: Any = ANY, weak: Any = True) -> None:
        """A receiver was connected, or connected to one sender more."""
        try:
            key = static_key(receiver)
            senders = self.receivers[key].senders if key in self.subscribers.known else {}
            senders[sender_key(sender)] = "" if sender is ANY else shown(sender)
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
            self.watch.forget()
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
        self.watch.forget()
        for key in [key for key in self.subscribers.known if key not in signal.receivers]:
            self.receivers.pop(key, None)
            self.subscribers.went(key)
        for key, stored in dict(signal.receivers).items():
            receiver = stored() if issubclass(type(stored), WEAK) else stored
            if receiver is not None and key not in self.subscribers.known:
                buckets = signal._by_receiver.get(key, ())
                senders = {each: _text_of(signal, each) for each in first(iter, buckets, _MOST_SENDERS)}
                tell(key, self._described(key, receiver, senders, receiver is not stored, ("", 0)))

    def _described(self, key: Any, receiver: Any, senders: dict[Any, str], weak: bool, place: Place) -> Registration:
        self.watch.forget()
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
        freed = issubclass(type(stored), WEAK) and stored() is None
        hooks.bare("_disconnect")(receiver_id, sender_id)
        hooks.disconnected(receiver_id, sender_id, freed)

    return _disconnect


def _clearing(hooks: SignalHooks) -> Hook:
    def _clear_state() -> None:
        hooks.bare("_clear_state")()
        for key in list(hooks.subscribers.known):
            hooks.disconnected(key, ANY_ID, freed=False)

    return _clear_state


def _connected(signal: Signal, sender: Any) -> Iterable[Any]:
    """Keys of the receivers that are connected to a sender, or to anybody."""
    found: dict[Any, None] = {}
    for key in (ANY_ID, sender_key(sender)):
        bucket = signal._by_sender.get(key)
        if bucket:
            found.update(dict.fromkeys(first(iter, bucket, len(bucket))))
    return found


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
