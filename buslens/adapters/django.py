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

from buslens.payloads import shown
from buslens.recorder import Recorder
from buslens.statics import class_name
from buslens.stream import StreamRecorder
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.django_names import found_in, model_of, plain_or_class
from buslens.watching.framework_signals import UnheardSignal
from buslens.watching.hooks import Hooks
from buslens.watching.methods import Hook, MethodHooks, Subscription
from buslens.watching.places import Place, place_outside
from buslens.watching.results import GIVEN, UNREAD, is_thrown_away
from buslens.watching.senders import SenderNames
from buslens.watching.slot_one import OneCall, begun
from buslens.watching.slot_turns import MOST, SlotPlan, SlotTurns
from buslens.watching.subscribers import FREED, Registration, Subscribers
from buslens.watching.turns import Turns
from buslens.watching.watch import Watch

_TRACEBACK: Any = vars(BaseException)["__traceback__"]
_QUIET = ("pre_init", "post_init")
_MOST_REMEMBERED = 4096
_MOST_PLANS = 64


class SignalHooks(MethodHooks):
    """The hooks of one signal."""

    METHODS: ClassVar[tuple[str, ...]] = (
        *("send", "send_robust", "_live_receivers", "connect", "disconnect"),
        *(("asend", "asend_robust") if hasattr(Signal, "asend") else ()),  # since Django 5.0
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Signal,)
    MADE = ("receivers", "lock", "sender_receivers_cache")

    def __init__(self, emitter: Signal, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, Watch(emitter, recorder, bus))
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
        self._plans: dict[Any, Optional[tuple[SlotPlan, Callable[[Any], Any]]]] = {}
        """By sender: whom its sends reach, and what finds the keys of those."""

        self._seen: tuple[Any, int] = (None, -1)
        """The list of receivers as it was looked at last, and how long it was."""

        home = os.path.dirname(dispatcher.__file__)
        self._files = home + os.sep, os.path.join(os.path.dirname(home), "db", "models", "signals.py")
        hooks = {
            "send": _sending(self),
            "send_robust": _sending_by_library(self, "send_robust"),
            "_live_receivers": _receivers(self),
            "connect": _connecting(self),
            "disconnect": _disconnecting(self),
        }
        if "asend" in self.METHODS:
            hooks["asend"] = _sending_async(self, "asend")
            hooks["asend_robust"] = _sending_async(self, "asend_robust")
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

    def told(self, sender: Any, named: dict[str, Any], robust: bool = False, is_plain: bool = False) -> Optional[Turns]:
        """Record a send; None where it is not recorded, or nobody will be called.

        is_plain: `send` runs a loop of ours where it can.
        """
        watch, signal = self.watch, self.watch.emitter()
        if signal is None or not watch.live or not watch.recorder.enabled:
            return None
        try:
            receivers = signal.receivers
            if self.unheard is not None and not receivers and not self.subscribers.known:
                self.unheard.sent()
                return None
            if receivers is not self._seen[0] or len(receivers) != self._seen[1]:
                self.look(signal)
            found = self._plan(receivers, sender) if is_plain else None
            if found is not None and found[0].looks.left:
                found = None
            if found is not None and self.stream is not None and self.stream.spending.one_in == 1:
                if self.quiet and not found[0].announced:
                    return None
                measured, said = self.stream.spending.measured(), self._carried(sender, named)
                if found[0].announced:
                    return SlotTurns(watch, self.stream, *found, said, measured)
                found[0].tell_unheard(watch, self.stream, said, measured)
                return None
            waiting: dict[Any, list[Any]] = {}
            announced = self._asked(receivers, sender, waiting)
            if (self.quiet and not announced) or not watch.has_room(len(announced)):
                return None
            said = self._carried(sender, named)
            payload = watch.payload((said,) if said else (), {})
            dispatch = watch.emitted(watch.event_id(self.event), len(announced), payload, watch.cause())
            known = self.subscribers.known
            if len(announced) < len(known):
                watch.filtered(dispatch, [known[key] for key in list(known) if key not in announced])
            if not announced:
                return None

            def key_of(receiver: Any) -> Any:
                keys = waiting.get(_static_id(receiver))
                return keys.pop(0) if keys else None

            caught, kept = (_caught if robust else None), (_kept if robust else None)
            turns = Turns(watch, dispatch, announced, key_of, caught=caught, kept=kept)
            turns.look_again(named)
            return turns
        except Exception as error:
            watch.broke(error)
        return None

    def reaches_one(self, sender: Any) -> bool:
        """Whether the last send of this sender reached one receiver, by a path of ours."""
        found = self._plans.get(_static_id(sender))
        return found is not None and len(found[0].announced) == 1

    def one(self, sender: Any, named: dict[str, Any], receivers: list[Any]) -> Optional[OneCall]:
        """The call of a send's only receiver; None where the general way has to record the send.

        receivers: those that Django has for it, and which block. Who has changed its list is found out by how long it
        is, or by the next measured send.
        """
        stream = self.stream
        if stream is None or not (self.watch.live and stream.spending.is_hot):
            return None
        try:
            signal: Any = self.watch.emitter()
            if signal.receivers is not self._seen[0] or len(signal.receivers) != self._seen[1]:
                return None
            found = self._plans.get(_static_id(sender))
            if found is None or len(found[0].announced) != 1 or found[1](receivers[0]) not in found[0].announced:
                return None
            return begun(self.watch, stream, found[0], self._carried(sender, named))
        except Exception as error:
            self.watch.broke(error)
            return None

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: nothing was sent there yet."""
        super().after_fork(parent_pid)
        if self.unheard is not None:
            self.unheard.begin_anew()

    def expect(self, receiver: Any = None, sender: Any = None, weak: Any = True, dispatch_uid: Any = None) -> None:
        """Somebody is being connected here and now; a model that is named by a text may come later."""
        try:
            key = dispatch_uid if dispatch_uid and type(dispatch_uid) in (str, int) else _static_id(receiver)
            for remembered in (self._places, self._senders):
                while len(remembered) >= _MOST_REMEMBERED:
                    remembered.pop(next(iter(remembered)), None)
            self._places[key] = place_outside(self._files)
            self._senders[_static_id(sender)] = "" if sender is None else shown(sender)
        except Exception as error:
            self.watch.broke(error)

    def look(self, signal: Signal, tell: Optional[Callable[[Any, Registration], None]] = None) -> None:
        """See who is connected now."""
        try:
            tell = tell or self.subscribers.came
            self._plans = {}
            receivers = signal.receivers
            self._seen = receivers, len(receivers)
            known, present = self.subscribers.known, set()
            for lookup, stored, *_ in tuple(receivers):
                key = _hashable(lookup)
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

    def _carried(self, sender: Any, named: dict[str, Any]) -> dict[str, Any]:
        """What a send carries; of the environment of a request what it says, and of objects in there what they are."""
        environ = named.get("environ") if self.carries_environ else None
        if type(environ) is dict:
            named = {**named, "environ": {key: plain_or_class(value) for key, value in environ.copy().items()}}
        return self.senders.carried(sender, named)

    def _plan(self, receivers: Any, sender: Any) -> Optional[tuple[SlotPlan, Callable[[Any], Any]]]:
        """Whom a send reaches where all of them block, and what finds their keys; None: others too."""
        wanted, plans = _static_id(sender), self._plans  # others take its place where somebody comes or goes meanwhile
        if wanted in plans:
            return plans[wanted]
        waiting: dict[Any, list[Any]] = {}
        announced, known = self._asked(receivers, sender, waiting), self.subscribers.known
        are_plain = not any(is_async for _, _, is_async in tuple(receivers)) and len(waiting) == len(announced)
        found = None
        if self.stream is not None and are_plain and len(announced) <= MOST:
            others = [known[key] for key in list(known) if key not in announced]
            plan = SlotPlan(self.stream, self.watch.event_id(self.event), announced, others)
            by_id = {each: keys[0] for each, keys in waiting.items()}
            if len(plan.openings) == len(announced):
                found = plan, lambda receiver: by_id.get(_static_id(receiver))
        if len(plans) >= _MOST_PLANS:
            plans.clear()
        plans[wanted] = found
        return found

    def _asked(self, receivers: Any, sender: Any, waiting: dict[Any, list[Any]]) -> dict[Any, Registration]:
        """Whom a send will reach, by key; and their keys by who they are, as Django will take them."""
        announced: dict[Any, Registration] = {}
        known, wanted = self.subscribers.known, _static_id(sender)
        for lookup, stored, *_ in tuple(receivers):
            if lookup[1] == NONE_ID or lookup[1] == wanted:
                key, receiver = _hashable(lookup), _alive(stored)
                if receiver is not None and key in known:
                    announced[key] = known[key]
                    waiting.setdefault(_static_id(receiver), []).append(key)
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
            self._plans = {}
            self._deaths.pop(key, None)
            self.subscribers.went(key, FREED)
        except Exception as error:
            self.watch.broke(error)


def _sending(hooks: SignalHooks) -> Hook:
    by_library = _sending_by_library(hooks, "send")
    if "sync_receivers" not in Signal.send.__code__.co_varnames or _is_own(hooks, "send"):
        return by_library
    is_plain = hooks.stream is not None

    def send(sender: Any, **named: Any) -> Any:
        if is_plain and hooks.reaches_one(sender):
            sync_receivers, async_receivers = hooks.bare("_live_receivers")(sender)
            if len(sync_receivers) == 1 and not async_receivers:
                call = hooks.one(sender, named, sync_receivers)
                if call is not None:
                    (receiver,) = sync_receivers
                    try:
                        response = receiver(signal=hooks.watch.emitter(), sender=sender, **named)
                    except BaseException as error:
                        call.failed(error)
                        raise
                    call.over()
                    return [(receiver, response)]
        turns = hooks.told(sender, named, is_plain=is_plain)
        if turns is None:
            return hooks.bare("send")(sender, **named)
        try:
            sync_receivers, async_receivers = hooks.bare("_live_receivers")(sender)
            if async_receivers:
                hooks.asked.turns = turns
                turns.by_library = True
                return hooks.bare("send")(sender, **named)
            responses, signal = [], hooks.watch.emitter()
            for receiver in turns.of(sync_receivers):
                response = receiver(signal=signal, sender=sender, **named)
                responses.append((receiver, response))
            return responses
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(Signal.send, "", send)  # type: ignore[no-any-return]


def _sending_by_library(hooks: SignalHooks, name: str) -> Hook:
    def send(sender: Any, **named: Any) -> Any:
        turns = hooks.told(sender, named, name == "send_robust")
        if turns is None:
            return hooks.bare(name)(sender, **named)
        hooks.asked.turns = turns
        turns.by_library = True
        try:
            return hooks.bare(name)(sender, **named)
        except BaseException as error:
            turns.failed(error)
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(getattr(Signal, name), "_live_receivers", send)  # type: ignore[no-any-return]


def _sending_async(hooks: SignalHooks, name: str) -> Hook:
    is_of_loop = _is_of_loop  # what is global below is Django's: see `in_the_place_of`

    async def send(sender: Any, **named: Any) -> Any:
        turns = hooks.told(sender, named, name == "asend_robust")
        if turns is None:
            return await hooks.bare(name)(sender, **named)
        hooks.asked.turns = turns  # its first step, which comes now, asks for the receivers
        turns.by_library = True
        try:
            return await hooks.bare(name)(sender, **named)
        except BaseException as error:
            turns.failed(error, is_of_loop(error))
            raise
        finally:
            hooks.asked.turns = None
            turns.over(hooks.subscribers.missed)

    return in_the_place_of(getattr(Signal, name), "_live_receivers", send)  # type: ignore[no-any-return]


def _receivers(hooks: SignalHooks) -> Hook:
    def _live_receivers(sender: Any) -> Any:
        found = hooks.bare("_live_receivers")(sender)
        turns = getattr(hooks.asked, "turns", None)
        hooks.asked.turns = None
        if turns is None:
            return found
        if type(found) is not tuple:  # before Django 5.0
            return turns.of(found)
        blocking, later = found
        return turns.of(blocking) if blocking else blocking, Gathered(turns, later) if later else later

    return _live_receivers


class Gathered(list[Any]):
    """Coroutine functions that Django calls all at once, going through them; and once more, for who gave what."""

    def __init__(self, turns: Turns, receivers: list[Any]) -> None:
        super().__init__(receivers)
        self._turns: Optional[Turns] = turns

    def __iter__(self) -> Iterator[Any]:
        turns, self._turns = self._turns, None
        receivers = super().__iter__()
        return receivers if turns is None else map(turns.later, receivers)


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


def _is_of_loop(error: BaseException) -> bool:
    """Whether an error came from the receivers that block, which have a thread of their own."""
    steps = _TRACEBACK.__get__(error)
    while steps is not None:
        if steps.tb_frame.f_code.co_name == "sync_send":
            return True
        steps = steps.tb_next
    return False


def _is_own(hooks: SignalHooks, name: str) -> bool:
    return name in hooks.before or getattr(type(hooks.watch.emitter()), name) is not getattr(Signal, name)


def _alive(stored: Any) -> Any:
    """The receiver that Django has stored; None where it was freed."""
    return stored() if issubclass(type(stored), weak_ref) else stored


def _static_id(thing: Any) -> Any:
    """Django's key of a receiver or sender, without asking that for anything."""
    return (id(thing.__self__), id(thing.__func__)) if type(thing) is MethodType else id(thing)


def _hashable(lookup: Any) -> Any:
    """Django's key of a registration; what a program has made up as `dispatch_uid` is not asked for its hash."""
    first, sender = lookup
    return lookup if type(first) in (int, str, tuple) else (("object", id(first)), sender)


HOOKS: type[Hooks] = SignalHooks
