"""What `attach` does for any adapter whose class is such `Hooks`, though it shares no code with ours."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, ClassVar

import pytest

import buslens
from buslens.adapters import Adapter
from buslens.recorder import Recorder
from buslens.watching.hooks import Hooks
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Facts


class Bell:
    """Of a library with objects that have no `__dict__`, and a place for whoever wants to hear of them."""

    __slots__ = ("__weakref__", "ears", "heard_by")

    def __init__(self) -> None:
        self.ears: list[Any] = []
        self.heard_by: BellHooks | None = None

    def ring(self) -> None:
        if self.heard_by is not None:
            self.heard_by.rang(len(self.ears))


class BellHooks:
    TABLES: ClassVar[tuple[str, ...]] = ()
    CLASSES: ClassVar[tuple[type, ...]] = (Bell,)

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        self.watch = Watch(emitter, recorder, bus)
        self.probe: buslens.Probe | None = None

    @classmethod
    def of(cls, emitter: Any) -> BellHooks | None:
        found: BellHooks | None = getattr(emitter, "heard_by", None)
        return found

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        return ""

    @classmethod
    def owner(cls, emitter: Any) -> Any:
        return emitter

    @classmethod
    def title(cls, emitter: Any) -> str:
        return ""

    @classmethod
    def existing(cls) -> list[Any]:
        return []

    @classmethod
    def missing(cls, emitter: Any) -> list[str]:
        return [] if isinstance(emitter, Bell) else ["ring"]

    def put_on(self, emitter: Any) -> None:
        for ear in emitter.ears:
            self.watch.subscribed("ring", ear)
        emitter.heard_by = self

    def take_off(self, emitter: Any) -> None:
        emitter.heard_by = None

    def unseen(self) -> list[str]:
        return ["who hears it by chance"]

    def after_fork(self, parent_pid: int) -> None:
        self.watch.begin_anew()

    def rang(self, ears: int) -> None:
        self.watch.emitted(self.watch.event_id("ring"), ears, 0, self.watch.cause())


KIND: type[Hooks] = BellHooks


@pytest.fixture(autouse=True)
def bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of that name, with its line in the list."""
    adapter = ModuleType("buslens.adapters.bells")
    adapter.HOOKS = KIND  # type: ignore[attr-defined]
    monkeypatch.setattr(Bell, "__module__", "bells.bell")
    monkeypatch.setitem(sys.modules, "bells", ModuleType("bells"))
    monkeypatch.setitem(sys.modules, "buslens.adapters.bells", adapter)
    monkeypatch.setattr("buslens.adapters.ADAPTERS", (Adapter("bells", "bells", "1"),))


def test_an_object_is_watched_until_its_probe_is_closed() -> None:
    bell, recorder = Bell(), Recorder()
    bell.ears.append(print)
    with buslens.attach(bell, recorder=recorder, bus="door") as probe:
        assert buslens.attach(bell) is probe
        bell.ring()
    bell.ring()
    assert not probe.attached
    facts = Facts(recorder)
    assert facts.added == [("ring", "print", False)]
    assert (facts.one("ring").bus, facts.one("ring").handlers) == ("door", 1)


def test_what_is_not_seen_stands_in_the_capture_once() -> None:
    probe = buslens.attach(Bell())
    assert Facts(probe.recorder).marks == ["who hears it by chance"]


def test_an_object_of_the_library_that_is_none_to_watch_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^this bells has no ring: buslens watches bells of bells 1$"):
        buslens.attach(type("Rope", (), {"__module__": "bells.rope"})())
