"""The bus libraries that are watched, once. A new one is a file beside these, named like the library, and a line here.

An adapter is imported only for an object of its library, which the program has imported then.
"""

import sys
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, Optional

from buslens.forking import FORKS
from buslens.probe import Probe
from buslens.propagation import CARRIER
from buslens.recorder import Recorder
from buslens.redaction import Redaction
from buslens.statics import module_of, mro_of
from buslens.watching.bus_names import bus_of
from buslens.watching.hooks import Hooks
from buslens.watching.places import Place
from buslens.watching.versions import untried


class Adapter(NamedTuple):
    """One library, whose adapter has not been imported yet."""

    library: str
    """The package that its classes come from, and the name of the adapter's file."""

    objects: str
    """What is watched of it, in the plural."""

    versions: str
    """Of the library; "" where no object of it can be watched, which its adapter says."""

    part: str = ""
    """The part of the library that they come from, where it has objects of other kinds; "": all of it."""

    distribution: str = ""
    """What installers call the library, where that is another name."""

    compiled: str = ""
    """The module that its compiled classes say they are of, where that is another one."""

    @property
    def awaited(self) -> str:
        """The module after whose import the objects can be watched."""
        return self.part or self.library

    def takes(self, emitter: Any) -> bool:
        """Whether an object's class, or one that it inherits from, is the library's."""
        home = self.part or self.library
        return home in sys.modules and any(
            f"{module_of(kind)}.".startswith(f"{home}.") or (self.compiled and module_of(kind) == self.compiled)
            for kind in mro_of(type(emitter))
        )

    def hooks(self) -> type[Hooks]:
        """The class of its hooks. Raises TypeError where this version of the library lacks what its adapter imports."""
        try:
            return _hooks_of(self.library)
        except ImportError as error:
            # From Python 3.12 on it says which name of a module is not there.
            raise self.lacks(str(getattr(error, "name_from", None) or error.name)) from None

    def lacks(self, *missing: str) -> TypeError:
        """What is said where the library is not as the adapter knows it."""
        known = f"buslens watches {self.objects} of {self.library} {self.versions}"
        return TypeError(f"this {self.library} has no {', '.join(missing)}: {known}")


ADAPTERS = (
    Adapter("pyee", "emitters", "9.1 to 16"),
    Adapter("aiormq", "channels", "6.8 to 7.2"),
    Adapter("pika", "channels", "1.2 to 1.4"),
    Adapter("aiokafka", "producers and consumers", "0.10 to 0.14"),
    Adapter("confluent_kafka", "clients", "", distribution="confluent-kafka", compiled="cimpl"),
    Adapter("celery", "applications", "5.3 to 5.7", part="celery.app.base"),
    Adapter("blinker", "signals", "1.4 to 1.9"),
    Adapter("django", "signals", "3.2 to 5.2", part="django.dispatch"),
    Adapter(
        "pubsub", "topic managers (pub.getDefaultTopicMgr())", "4.0",
        part="pubsub.core.topicmgr", distribution="pypubsub",
    ),
    Adapter("psygnal", "signals", "0.11 to 0.16"),
    Adapter("playwright", "emitters", "1.65", part="playwright._impl.event_emitter"),
    Adapter("bubus", "buses", "1.5"),
    Adapter("abxbus", "buses", "2.4 to 2.5"),
)  # fmt: skip
"""The first that takes an object has it."""


@cache
def _untried(adapter: Adapter) -> str:
    return untried(adapter.library, adapter.versions, adapter.distribution)


@cache
def _hooks_of(library: str) -> type[Hooks]:
    # Kept: in a launched program nobody finds our modules by name later on.
    found: type[Hooks] = import_module(f"{__name__}.{library}").HOOKS
    return found


def adapter_for(emitter: Any) -> Adapter:
    """Whose object this is. Raises TypeError where nobody knows its class."""
    for adapter in ADAPTERS:
        if adapter.takes(emitter):
            return adapter
    watched = " and ".join(f"{adapter.objects} of {adapter.library}" for adapter in ADAPTERS if adapter.versions)
    raise TypeError(f"buslens.attach() watches {watched}, not a {type(emitter).__name__}")


def probe_of(emitter: Any) -> Optional[Probe]:
    """The probe that an object has already. Raises TypeError for one that cannot be watched."""
    found = adapter_for(emitter).hooks().of(emitter)
    return found.probe if found is not None else None


def attach(
    emitter: Any,
    recorder: Optional[Recorder] = None,
    name: str = "",
    bus: str = "",
    at: Optional[Place] = None,
    made: str = "attached",
    redact: bool = True,
) -> Probe:
    """Watch an object; the probe it has already, where it has one.

    recorder: where facts go; a new one for each object otherwise, which tells no secrets where `redact`. name: of the
    program. bus: of the object. at: where it is attached, ("", 0) for nowhere; None: in who calls this. made: "created"
    where that is what happened there.
    Raises TypeError where it cannot be watched.
    """
    adapter = adapter_for(emitter)
    kind = adapter.hooks()
    known = kind.of(emitter)
    if known is not None and known.probe is not None:
        return known.probe
    missing = kind.missing(emitter)
    if missing:
        raise adapter.lacks(*missing)
    to = recorder or Recorder.named(name, Redaction() if redact else None)
    title, shared = bus or kind.title(emitter), kind.shared_bus(emitter)
    if shared:
        named = to.bus(title or shared)
    else:
        named = bus_of(kind.owner(emitter), to, title, at, made=made, library=adapter.library, tables=kind.TABLES)
    hooks = kind(emitter, to, named)
    hooks.probe = probe = Probe(hooks, to, owns_recorder=recorder is None)
    hooks.put_on(emitter)
    for what in filter(None, (*hooks.unseen(), _untried(adapter))):
        hooks.watch.cannot_see(what)
    FORKS.tell(to)
    FORKS.tell(hooks)
    FORKS.tell(CARRIER)
    CARRIER.need(hooks.watch.anchor())
    return probe
