"""Every object of a class is heard at its first use, and nothing of the class looks or behaves otherwise."""

from __future__ import annotations

import gc
import inspect
import pickle
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from buslens.watching.first_use import EveryObject, FirstUse, place_of
from tests.helpers.patience import PATIENCE_S

LIBRARY = "no_such_library"


class Bus:
    """A library's class."""

    __module__ = LIBRARY

    def __init__(self, name: str = "", fails: bool = False) -> None:
        self.name = name
        warnings.warn("made", DeprecationWarning, stacklevel=2)
        if fails:
            raise ValueError("no bus")

    def emit(self, event: str) -> str:
        """Tell."""
        return f"{self.name} {event}"

    @staticmethod
    def plain() -> str:
        return "plain"


class Slots:
    __module__ = LIBRARY
    __slots__ = ()

    def emit(self) -> str:
        return "bare"


class Heard:
    """What was attached, with its hook as an adapter's."""

    def __init__(self) -> None:
        self.attached: list[tuple[Any, tuple[str, int]]] = []
        self.every = EveryObject(LIBRARY, self.attach)

    def attach(self, obj: Any, made_at: tuple[str, int]) -> None:
        self.attached.append((weakref.ref(obj), made_at))
        bare = type(obj).emit.__get__(obj)
        vars(obj)["emit"] = lambda event: "hooked " + bare(event)


@pytest.fixture(autouse=True)
def _library(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that pickling finds the class where it says that it is."""
    module = ModuleType(LIBRARY)
    vars(module)["Bus"] = Bus
    monkeypatch.setitem(sys.modules, LIBRARY, module)


@pytest.fixture
def heard() -> Iterator[Heard]:
    made = Heard()
    assert made.every.put_on(Bus, ["emit"]) == []
    yield made
    made.every.take_off()


def quiet(make: Any, *args: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(*args)


def test_an_object_is_attached_at_its_first_use_with_the_line_where_it_was_made(heard: Heard) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bus, line = Bus("a"), sys._getframe().f_lineno
    assert not heard.attached
    assert bus.emit("x") == "hooked a x"
    assert [(ref(), at) for ref, at in heard.attached] == [(bus, (__file__, line))]


def test_a_subclass_is_made_where_the_program_calls_it(heard: Heard) -> None:
    class Shop(Bus):
        def __init__(self) -> None:
            super().__init__("shop")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shop, line = Shop(), sys._getframe().f_lineno
    shop.emit("x")
    assert heard.attached[0][1] == (__file__, line)


def test_a_method_of_the_program_that_asks_super_has_the_bare_one(heard: Heard) -> None:
    class Loud(Bus):
        def emit(self, event: str) -> str:
            return "loud " + super().emit(event)

    loud = quiet(Loud, "a")
    assert Loud.emit(loud, "x") == "loud a x"
    assert len(heard.attached) == 1


def test_an_object_made_before_is_heard_at_its_next_use_from_nowhere() -> None:
    bus, late = quiet(Bus, "a"), Heard()
    late.every.put_on(Bus, ["emit"])
    try:
        assert bus.emit("x") == "hooked a x"
        assert late.attached[0][1] == ("", 0)
    finally:
        late.every.take_off()


def test_the_class_shows_what_it_did() -> None:
    before = (Bus.emit, Bus.__init__, inspect.signature(Bus), pickle.dumps(Bus.emit))
    every = EveryObject(LIBRARY, lambda *_: None)
    every.put_on(Bus, ["emit"])
    try:
        assert (Bus.emit, Bus.__init__, inspect.signature(Bus), pickle.dumps(Bus.emit)) == before
        assert Bus.emit is before[0]
    finally:
        every.take_off()
    assert type(vars(Bus)["emit"]) is type(vars(Bus)["__init__"]) is type(quiet)


def test_an_error_of_the_constructor_has_the_traceback_it_has_bare(heard: Heard) -> None:
    def shown() -> list[tuple[str, str]]:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                Bus("a", True)
            except ValueError as error:
                frames = traceback.extract_tb(error.__traceback__)
        return [(frame.filename, frame.name) for frame in frames] + [(told[0].filename, "warned")]

    watched = shown()
    heard.every.take_off()
    assert watched == shown()


def test_an_object_is_not_kept_alive(heard: Heard) -> None:
    bus = quiet(Bus, "a")
    assert sys.getrefcount(bus) == 2
    bus.emit("x")
    gone = weakref.ref(bus)
    vars(bus).clear()  # the hook of this test refers to it
    del bus
    gc.collect()
    assert gone() is None
    assert not heard.every._known
    assert not heard.every._made


def test_what_cannot_be_attached_is_bare_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(obj: Any, at: Any) -> None:
        raise TypeError("this one has no emit")

    every = EveryObject(LIBRARY, refuse)
    every.put_on(Bus, ["emit"])
    every.put_on(Slots, ["emit"])
    try:
        assert [quiet(Bus, "a").emit("x") for _ in range(3)] == ["a x"] * 3
        assert Slots().emit() == Slots().emit() == "bare"
    finally:
        every.take_off()
    assert [record.getMessage() for record in caplog.records] == ["buslens does not watch a Bus: this one has no emit"]


def test_an_object_without_weak_references_is_attached_and_goes_on_as_ever() -> None:
    attached: list[Any] = []
    every = EveryObject(LIBRARY, lambda obj, at: attached.append(obj))
    every.put_on(Slots, ["emit"])
    slots = Slots()
    try:
        assert slots.emit() == "bare"
    finally:
        every.take_off()
    assert attached == [slots]


def test_a_class_that_is_compiled_says_what_it_does_not_take() -> None:
    assert EveryObject("builtins", lambda *_: None).put_on(dict, ["get"]) == ["__init__", "get"]


def test_what_somebody_has_put_over_ours_stays() -> None:
    every = EveryObject(LIBRARY, lambda *_: pytest.fail("nobody listens"))
    every.put_on(Bus, ["emit"])
    ours = vars(Bus)["emit"]
    bare = ours.function

    def patched(self: Any, event: str) -> str:
        return "patched"

    Bus.emit = patched  # type: ignore[method-assign]
    every.take_off()
    try:
        assert vars(Bus)["emit"] is patched
        assert isinstance(ours, FirstUse)
        assert ours.__get__(quiet(Bus, "a"), Bus)("x") == "a x"
    finally:
        Bus.emit = bare  # type: ignore[method-assign]


def test_the_place_of_an_object_is_outside_of_its_library() -> None:
    assert place_of(object(), __file__)[0] != __file__
    assert place_of(object(), "")[0] == __file__


def test_one_that_a_module_of_the_library_makes_is_made_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_by_library.py").write_text(
        "from buslens.watching.first_use import place_of\n\nAT = place_of(1, __file__)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert import_module("made_by_library").AT == (str(tmp_path / "made_by_library.py"), 3)
    sys.modules.pop("made_by_library")


def test_two_threads_that_use_it_first_at_once_are_both_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buslens.watching.first_use._PATIENCE_SECONDS", PATIENCE_S)
    inside, go_on = threading.Event(), threading.Event()
    attached: list[Any] = []

    def attach(obj: Any, at: Any) -> None:
        inside.set()
        go_on.wait(PATIENCE_S)
        vars(obj)["emit"] = lambda event: "hooked " + event
        attached.append(obj)

    every, bus, heard = EveryObject(LIBRARY, attach), quiet(Bus, "a"), []
    every.put_on(Bus, ["emit"])
    try:
        first = threading.Thread(target=lambda: heard.append(bus.emit("x")))
        first.start()
        inside.wait(PATIENCE_S)
        threading.Timer(0.001, go_on.set).start()
        heard.append(bus.emit("y"))
        first.join()
    finally:
        every.take_off()
    assert sorted(heard) == ["hooked x", "hooked y"]
    assert attached == [bus]


def test_who_holds_what_the_attaching_thread_waits_for_goes_on_bare() -> None:
    held, inside = threading.Lock(), threading.Event()

    def attach(obj: Any, at: Any) -> None:
        inside.set()
        with held:
            pass

    every, bus = EveryObject(LIBRARY, attach), quiet(Bus, "a")
    every.put_on(Bus, ["emit"])
    try:
        with held:
            first = threading.Thread(target=lambda: bus.emit("x"))
            first.start()
            inside.wait(PATIENCE_S)
            assert bus.emit("y") == "a y"
        first.join()
    finally:
        every.take_off()


def test_an_error_of_our_own_is_said_and_not_the_programs(
    heard: Heard, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(obj: Any) -> bool:
        raise NameError("ours")

    monkeypatch.setattr(heard.every, "attach", broken)
    assert [quiet(Bus, "a").emit("x") for _ in range(2)] == ["a x", "a x"]
    assert [record.getMessage() for record in caplog.records] == ["buslens does not watch a Bus: NameError('ours')"]
