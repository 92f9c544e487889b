"""Watch a signal of Django: each send is a dispatch, and each receiver that it reaches is a call.

Django's own loops call the receivers: they ask the signal's `_live_receivers`, which gives them one by one while a send
is told. Its list of receivers is looked at where it may have changed, because it changes in many ways.
"""

from __future__ import annotations

import os
import sys
import threading
from types import FrameType, MethodType
from typing import Any, Callable, ClassVar, Iterator, Optional
from weakref import WeakMethod
from weakref import ref as weak_ref

from django.dispatch import dispatcher
from django.dispatch.dispatcher import NONE_ID, Signal

from buslens.adapters.django.keys import hashable, static_id
from buslens.adapters.django.sends import asked_for, sending, sending_async, sending_by_library
from buslens.payloads import shown
from buslens.recorder import Recorder
from buslens.statics import class_name
from buslens.stream import StreamRecorder
from buslens.watching.django_names import found_in, model_of, plain_or_class
from buslens.watching.framework_signals import UnheardSignal
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.places import Place, place_outside
from buslens.watching.results import GIVEN, UNREAD, is_thrown_away
from buslens.watching.senders import SenderNames
from buslens.watching.slot_plan import SignalWatch, SlotPlan
from buslens.watching.subscribers import FREED, Registration, Subscribers
from buslens.watching.turns import Turns

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_QUIET = ("pre_init", "post_init")
_MOST_REMEMBERED = 4096


class SignalHooks(MethodHooks):
    """The hooks of one signal."""

    watch: SignalWatch

    METHODS: ClassVar[tuple[str, ...]] = (
        *("send", "send_robust", "_live_receivers", "connect", "disconnect"),
        *(("asend", "asend_robust") if hasattr(Signal, "asend") else ()),  # since Django 5.0
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Signal,)
    MADE = ("receivers", "lock", "sender_receivers_cache")

    def __init__(self, emitter: Signal, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, SignalWatch(emitter, recorder, bus))
        module, name = found_in(emitter)
        self.event = name or "signal"
        self.quiet = module == "django.db.models.signals" and name in _QUIET
        """Sent for each object that a model makes: what is for nobody who listens is not told."""

        self.carries_environ = (module, name) == ("django.core.signals", "request_started")
        """In a server's environment there are sockets, files and its own objects, which would be read each time."""

        is_own = module.partition(".")[0] == "django"
        self.unheard = UnheardSignal(self.watch, "django", self.event) if is_own else None

        self.subscribers = Subscribers(self.watch, self.event)
        self.senders = SenderNames()
        self.asked = threading.local()
        """`turns`: of the send that is the next, on this thread, to ask for receivers."""

        self._deaths: dict[Any, Any] = {}
        """A weak reference to each receiver that is held weakly, by its key, which tells when that is freed."""

        self._places: dict[Any, Place] = {}
        """Where a receiver was connected, by the first half of its key; Django may take it in later."""

        self._senders: dict[Any, str] = {}
        self.stream = recorder if isinstance(recorder, StreamRecorder) else None
        self._seen: tuple[Any, int] = (None, -1)
        """The list of receivers as it was looked at last, and how long it was."""

        home = os.path.dirname(dispatcher.__file__)
        self._files = home + os.sep, os.path.join(os.path.dirname(home), "db", "models", "signals.py")
        hooks = {
            "send": sending(self),
            "send_robust": sending_by_library(self, "send_robust"),
            "_live_receivers": asked_for(self),
            "connect": _connecting(self),
            "disconnect": _disconnecting(self),
        }
        if "asend" in self.METHODS:
            hooks["asend"] = sending_async(self, "asend")
            hooks["asend_robust"] = sending_async(self, "asend_robust")
        self.hook(hooks)

    @classmethod
    def title(cls, emitter: Signal) -> str:
        """Where a signal is found: it has no name of its own."""
        return ".".join(filter(None, found_in(emitter)))

    def subscriptions(self, emitter: Signal, wait: bool) -> list[Subscription]:
        """Who is connected now, to whatever sender."""
        self.look(emitter, self.subscribers.remember)
        return [(self.event, registration, False) for registration in self.subscribers.known.values()]

    def unseen(self) -> Iterator[str]:
        """A subclass may call receivers in a way of its own."""
        kind = type(self.watch.emitter())
        for name in self.METHODS[:3]:
            if getattr(kind, name) is not getattr(Signal, name):
                yield f"{class_name(kind)} has its own {name}: a receiver that it calls by itself is not seen"
        if self.quiet:
            yield f"{self.event} is sent for each object that a model makes: it is told only where somebody listens"

    def told(self, sender: Any, named: dict[str, Any], robust: bool = False) -> Optional[Turns]:
        """Record a send; None where it is not recorded, or nobody will be called."""
        watch, signal = self.watch, self.watch.emitter()
        if signal is None or not watch.live or not watch.recorder.enabled:
            return None
        try:
            receivers = signal.receivers
            if self.unheard is not None and not receivers and not self.subscribers.known:
                self.unheard.sent()
                return None
            if self.has_changed(receivers):
                self.look(signal)
            waiting: dict[Any, list[Any]] = {}
            announced = self._asked(receivers, sender, waiting)
            if (self.quiet and not announced) or not watch.has_room(len(announced)):
                return None
            said = self.senders.carried(sender, self.shown(named))
            payload = watch.payload((said,) if said else (), {})
            dispatch = watch.emitted(watch.event_id(self.event), len(announced), payload, watch.cause())
            known = self.subscribers.known
            if len(announced) < len(known):
                watch.filtered(dispatch, [known[key] for key in list(known) if key not in announced])
            if not announced:
                return None

            def key_of(receiver: Any) -> Any:
                keys = waiting.get(static_id(receiver))
                return keys.pop(0) if keys else None

            caught, kept = (_caught if robust else None), (_kept if robust else None)
            turns = Turns(watch, dispatch, announced, key_of, caught=caught, kept=kept)
            turns.look_again(named)
            return turns
        except Exception as error:
            watch.broke(error)
        return None

    def has_changed(self, receivers: Any) -> bool:
        """Whether this is another list of receivers than the one that was looked at last, or others are in it."""
        return receivers is not self._seen[0] or len(receivers) != self._seen[1]

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: nothing was sent there yet."""
        super().after_fork(parent_pid)
        if self.unheard is not None:
            self.unheard.begin_anew()

    def expect(self, receiver: Any = None, sender: Any = None, weak: Any = True, dispatch_uid: Any = None) -> None:
        """Somebody is being connected here and now; a model that is named by a text may come later."""
        try:
            key = dispatch_uid if dispatch_uid and type(dispatch_uid) in (str, int) else static_id(receiver)
            for remembered in (self._places, self._senders):
                while len(remembered) >= _MOST_REMEMBERED:
                    remembered.pop(next(iter(remembered)), None)
            self._places[key] = place_outside(self._files)
            self._senders[static_id(sender)] = "" if sender is None else shown(sender)
        except Exception as error:
            self.watch.broke(error)

    def look(self, signal: Signal, tell: Optional[Callable[[Any, Registration], None]] = None) -> None:
        """See who is connected now."""
        try:
            tell = tell or self.subscribers.came
            self.watch.forget()
            receivers = signal.receivers
            self._seen = receivers, len(receivers)
            known, present = self.subscribers.known, set()
            for lookup, stored, *_ in tuple(receivers):
                key = hashable(lookup)
                receiver = _alive(stored)
                if receiver is None:
                    self._freed(key)
                    continue
                present.add(key)
                if key not in known:
                    tell(key, self._described(key, receiver, receiver is not stored))
            for key in list(known):
                if key not in present:
                    self._deaths.pop(key, None)
                    self.subscribers.went(key)
        except Exception as error:
            self.watch.broke(error)

    def shown(self, named: dict[str, Any]) -> dict[str, Any]:
        """What a send carries: of the environment of a request what it says, and of objects in there what they are."""
        environ = named.get("environ") if self.carries_environ else None
        if type(environ) is not dict:
            return named
        return {**named, "environ": {key: plain_or_class(value) for key, value in environ.copy().items()}}

    def plan(self, receivers: Any, sender: Any) -> SlotPlan:
        """Whom a send reaches, kept by its sender; recorded in slots where all of them block."""
        waiting: dict[Any, list[Any]] = {}
        announced, known, watch = self._asked(receivers, sender, waiting), self.subscribers.known, self.watch
        is_plain = not any(is_async for *_, is_async in tuple(receivers)) and len(waiting) == len(announced)
        others = [known[key] for key in list(known) if key not in announced]
        by_id = {each: keys[0] for each, keys in waiting.items()}
        are_methods = any(type(each) is tuple for each in by_id)

        def key_of(receiver: Any) -> Any:
            return by_id.get(static_id(receiver) if are_methods else id(receiver))

        event_id = watch.event_id(self.event)
        assert self.stream is not None
        made = SlotPlan(watch, self.stream, event_id, announced, key_of, others, is_plain)
        return watch.keep(static_id(sender), made)

    def _asked(self, receivers: Any, sender: Any, waiting: dict[Any, list[Any]]) -> dict[Any, Registration]:
        """Whom a send will reach, by key; and their keys by who they are, as Django will take them."""
        announced: dict[Any, Registration] = {}
        known, wanted = self.subscribers.known, static_id(sender)
        for lookup, stored, *_ in tuple(receivers):
            if lookup[1] == NONE_ID or lookup[1] == wanted:
                key, receiver = hashable(lookup), _alive(stored)
                if receiver is not None and key in known:
                    announced[key] = known[key]
                    waiting.setdefault(static_id(receiver), []).append(key)
        return announced

    def _described(self, key: Any, receiver: Any, weak: bool) -> Registration:
        if weak:
            refer = WeakMethod if type(receiver) is MethodType else weak_ref
            self._deaths[key] = refer(receiver, self._telling(key))
        sender = "" if key[1] == NONE_ID else self._senders.get(key[1]) or model_of(key[1])
        place = self._places.get(key[0], ("", 0))
        return self.subscribers.described(receiver, place, weak, f"sender {sender}" if sender else "")

    def _telling(self, key: Any) -> Callable[[Any], None]:
        is_finalizing = sys.is_finalizing

        def freed(_: Any) -> None:
            if not is_finalizing():  # else nothing of any module is there any more
                self._freed(key)

        return freed

    def _freed(self, key: Any) -> None:
        """Whoever was connected by this key is no more; may be called from anywhere in the program."""
        try:
            self.watch.forget()
            self._deaths.pop(key, None)
            self.subscribers.went(key, FREED)
        except Exception as error:
            self.watch.broke(error)


def _connecting(hooks: SignalHooks) -> Hook:
    def connect(*args: Any, **kwargs: Any) -> Any:
        signal = hooks.watch.emitter()
        hooks.look(signal)  # before Django forgets who is dead
        hooks.expect(*args[:4], **{name: kwargs[name] for name in kwargs if name != "apps"})
        result = hooks.bare("connect")(*args, **kwargs)
        hooks.look(signal)
        return result

    return connect


def _disconnecting(hooks: SignalHooks) -> Hook:
    def disconnect(*args: Any, **kwargs: Any) -> Any:
        signal = hooks.watch.emitter()
        hooks.look(signal)
        result = hooks.bare("disconnect")(*args, **kwargs)
        hooks.look(signal)
        return result

    return disconnect


def _caught(frame: FrameType) -> Optional[BaseException]:
    """What Django has put among the responses in this frame, in place of what a receiver gave."""
    responses = frame.f_locals.get("responses")
    last = responses[-1][1] if type(responses) is list and responses else None
    if not issubclass(type(last), BaseException):
        return None
    steps = _TRACEBACK.__get__(last)
    # One that the receiver gave back may be an exception too.
    return last if steps is not None and steps.tb_frame is frame else None


def _kept(frame: FrameType) -> str:
    """What becomes of it: it is among the responses. Of `asend_robust` nobody knows who awaits it."""
    if frame.f_code.co_name != "send_robust" or frame.f_back is None:
        return ""
    return UNREAD if is_thrown_away(frame.f_back.f_back) else GIVEN


def _alive(stored: Any) -> Any:
    """The receiver that Django has stored; None where it was freed."""
    return stored() if issubclass(type(stored), weak_ref) else stored
