"""Watch a psygnal signal: its loop over the slots is another one, and who is connected is seen at each emit.

Nothing else of a signal changes: no class, no slot, no handler. A signal and the loop that it holds know each other
with and without us, so that it lives exactly as long.
"""

from __future__ import annotations

from operator import is_
from types import FunctionType, GetSetDescriptorType
from typing import Any, Callable, ClassVar, Iterable, Mapping, Optional

from psygnal._signal import SignalInstance

from buslens.adapters.psygnal.loops import is_known, watched
from buslens.adapters.psygnal.slots import handler_name, receivers_of
from buslens.adapters.psygnal.turns import Emission, Slot
from buslens.payloads import arguments
from buslens.probe import Probe
from buslens.recorder import Recorder
from buslens.statics import class_name, found_in_class, instance_dict, mro_of
from buslens.watching.methods import MARK
from buslens.watching.subscribers import FREED, Registration
from buslens.watching.watch import Watch

_LOOP = "_run_emit_loop_inner"
_RELAY = "_psygnal_relay"
"""The signal by which a group of signals emits whatever one of them does."""

_NEEDED = (_LOOP, "_emit_queue", "_instance", "_name", "_reemission", "_slots")
_UNSEEN = (
    "psygnal tells nobody when a slot is connected or disconnected: it is recorded at the signal's next emit",
    "emits of a blocked psygnal signal, and those by emit_fast(), are not seen; those of a paused one when it resumes",
)


class SignalWatch(Watch):
    """One signal under watch: a compiled one cannot be held weakly, and need not be, since it owns this."""

    loop: Any
    """What the signal calls now."""

    def reference(self, emitter: Any) -> Callable[[], Any]:
        """By the loop that it had before, which knows it: no reference more."""
        loop = attribute(emitter, _LOOP)
        return lambda: loop.__self__

    def anchor(self) -> Any:
        """The loop that stands in for its own, which nothing else holds."""
        return self.loop


class SignalHooks:
    """The hooks of one signal of one object."""

    TABLES: ClassVar[tuple[str, ...]] = ()
    CLASSES: ClassVar[tuple[type, ...]] = (SignalInstance,)

    def __init__(self, emitter: SignalInstance, recorder: Recorder, bus: int) -> None:
        self.probe: Optional[Probe] = None
        self.inner: Any = attribute(emitter, _LOOP)
        """psygnal's loop, bound to the signal."""

        self.watch = SignalWatch(emitter, recorder, bus)
        self.event = _event_of(emitter)
        self._event_id = self.watch.event_id(self.event)
        self._slots: list[Slot] = []
        self._keys: list[str] = []
        self.watch.loop = self._loop = watched(self)
        vars(self._loop)[MARK] = self

    @classmethod
    def of(cls, emitter: Any) -> Optional[SignalHooks]:
        loop = attribute(emitter, _LOOP)
        found = vars(loop).get(MARK) if type(loop) is FunctionType else None
        return found if isinstance(found, cls) else None

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        """None: a signal is a bus of its own."""
        return ""

    @classmethod
    def owner(cls, emitter: Any) -> Any:
        """The object that the signal is an attribute of; that of a group, where it is in one."""
        owner = attribute(emitter, "_instance")()
        relay = attribute(owner, _RELAY)
        if SignalInstance in mro_of(type(relay)):
            owner = attribute(relay, "_instance")() or owner
        return emitter if owner is None else owner

    @classmethod
    def title(cls, emitter: Any) -> str:
        """A signal's name is that of an event."""
        return ""

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """A signal that nobody ever connects to calls nobody."""
        return {SignalInstance: ("connect", "connect_setattr", "connect_setitem")}

    @classmethod
    def existing(cls) -> list[Any]:
        """None is looked for: the collector tells nothing of compiled objects' classes."""
        return []

    @classmethod
    def missing(cls, emitter: Any) -> list[str]:
        """As of any hooks. Raises TypeError for another object of the library: a group, a model."""
        if SignalInstance not in mro_of(type(emitter)):
            what = class_name(type(emitter))
            raise TypeError(f"each signal of psygnal is watched by itself, such as `obj.changed`: a {what} is none")
        lacks = [name for name in _NEEDED if attribute(emitter, name, cls) is cls]
        return lacks or ([] if is_known(attribute(emitter, _LOOP)) else [f"{_LOOP} of its own in this signal"])

    def put_on(self, emitter: Any) -> None:
        self._look(emitter)
        emitter._run_emit_loop_inner = self._loop

    def take_off(self, emitter: Any) -> None:
        if attribute(emitter, _LOOP) is self._loop:
            emitter._run_emit_loop_inner = self.inner

    def unseen(self) -> Iterable[str]:
        return _UNSEEN

    def after_fork(self, parent_pid: int) -> None:
        self.watch.begin_anew()
        self._slots, self._keys = [], []
        if self.watch.is_on:
            self._look(self.watch.emitter())
            for what in self.unseen():
                self.watch.cannot_see(what)

    def announced(self, signal: Any, args: tuple[Any, ...], cause: Optional[int] = None) -> Emission:
        """A signal is emitted. cause: the call that has emitted it, where that is another than the one that runs."""
        watch = self.watch
        if watch.live and watch.recorder.enabled:
            try:
                self._look(signal)
                if watch.has_room(len(self._slots)):
                    because = watch.cause() if cause is None else cause
                    dispatch = watch.emitted(self._event_id, len(self._slots), watch.payload(args, {}), because)
                    emission = Emission(watch, dispatch, self._slots)
                    emission.look_again(arguments(args, {}))
                    return emission
            except Exception as error:
                watch.broke(error)
        return Emission(None, 0, [])

    def _look(self, signal: Any) -> None:
        """Tell who has come and who has gone since the last look."""
        slots = list(signal._slots)
        keys = [slot._key for slot in slots]
        if len(keys) == len(self._keys) and all(map(is_, keys, self._keys)):
            return
        before = {id(slot.key): slot for slot in self._slots}
        now = []
        for slot, key in zip(slots, keys):  # noqa: B905
            known = before.pop(id(key), None)
            if known is None:
                known = self._described(slot)
                self.watch.subscribed(self.event, known.registration)
            now.append(known)
        for gone in before.values():
            self.watch.unsubscribed(self.event, gone.registration, why=FREED if gone.is_freed() else "")
        self._slots, self._keys = now, keys

    def _described(self, slot: Any) -> Slot:
        name = handler_name(slot)
        receivers = receivers_of(slot)
        handler = self.watch.handler_id(self.event, name)
        return Slot(slot._key, Registration(name, handler, weak=bool(receivers)), receivers)


def _event_of(signal: Any) -> str:
    name = attribute(signal, "_name")
    if type(name) is str and name:
        return name
    return "all" if type(signal).__name__ == "SignalRelay" else "signal"


def attribute(signal: Any, name: str, default: Any = None) -> Any:
    """What a signal holds under a name, compiled or not; never what code of its own class says."""
    found = found_in_class(type(signal), name)
    if type(found) is GetSetDescriptorType:
        try:
            return found.__get__(signal)
        except AttributeError:
            return default
    return dict.get(instance_dict(signal) or {}, name, default)
