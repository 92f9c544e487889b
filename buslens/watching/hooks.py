"""What an adapter for a bus library is: a class that puts hooks on one object, and takes them off again.

An adapter is a file of `buslens/adapters/` with such a class by the name `HOOKS`, and a line in the list there. Its
hooks lie where its library subscribes and emits, and record through its `Watch`. Where the library's objects have a
`__dict__`, `MethodHooks` does all of this but the hooks themselves.
"""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Mapping, Optional, Protocol

from buslens.probe import Probe
from buslens.recorder import Recorder
from buslens.watching.watch import Watch


class Hooks(Protocol):
    """The hooks of one object under watch. The object owns them: nothing else keeps them alive.

    They change nothing that the program can see: its handlers run in the same order, with the same arguments and
    errors; an error of our own goes to `Watch.broke` and never to the program.
    """

    TABLES: ClassVar[tuple[str, ...]]
    """Attributes that the library's constructor fills with containers: Python may know better where those were made."""

    CLASSES: ClassVar[tuple[type, ...]]
    """Classes of the library whose objects are watched, with all that inherit: there when its constructor returns."""

    probe: Optional[Probe]
    """What whoever attached got; set by `attach`."""

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        """Make the hooks of an object that is on the bus of this interned id; nothing is hooked in yet."""

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """The library's classes, each with the methods that any use of an object asks for: `buslens.start` listens.

        Empty: only objects that are attached by hand are watched.
        """

    @property
    def watch(self) -> Watch:
        """The watch that records what these hooks see."""

    @classmethod
    def of(cls, emitter: Any) -> Optional[Hooks]:
        """The hooks that an object of the library has already."""

    @classmethod
    def owner(cls, emitter: Any) -> Any:
        """What a person takes for the bus, and its name comes from: the object itself, or what it is a part of."""

    @classmethod
    def title(cls, emitter: Any) -> str:
        """What the bus of an object is called, where the program does not say; "": by its class and place."""

    @classmethod
    def existing(cls) -> list[Any]:
        """Objects of the library that the program has made already, as far as they can be found; to be asked once."""

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        """What the bus is called that an object shares with others, as channels do a broker; "": it is one itself."""

    @classmethod
    def missing(cls, emitter: Any) -> Iterable[str]:
        """What the hooks need and this object of the library does not have, by name; nothing: it can be watched."""

    def put_on(self, emitter: Any) -> None:
        """Record the subscriptions that there are, then hook in."""

    def take_off(self, emitter: Any) -> None:
        """Leave the object as it was; a hook that somebody has wrapped meanwhile stays, and only passes on."""

    def unseen(self) -> Iterable[str]:
        """Sentences, for the capture, about what of this object is not watched; others come by `Watch.cannot_see`."""

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child, whose capture is a new one: its locks may be held by threads that are not there."""
