"""Small programs on real libraries, each with one planted problem and a sound twin, looked at with all detectors."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.scenario.samples import FOLDER
from buslens.recorder import Recorder
from tests.helpers.planted import trace_of

Program = Callable[[Recorder], Any]


def problems_of(program: Program) -> list[tuple[str, str]]:
    """Detector and severity of all that is found, hints left out."""
    recorder = Recorder()
    kept = program(recorder)
    found = look(trace_of(recorder), DETECTORS)
    assert not found.undecided
    del kept
    return [(each.detector, each.severity.word) for each in found.findings if each.severity > Severity.HINT]


class Controller:
    def __init__(self) -> None:
        self.seen = 0

    def on_order(self, number: int = 0) -> None:
        self.seen += number


def weak_listener(recorder: Recorder, *, is_held: bool) -> Any:
    tree = pytest.importorskip("pubsub.core").Publisher()
    topics = tree.getTopicMgr()
    buslens.attach(topics, recorder=recorder)
    held = Controller() if is_held else None
    tree.subscribe((held or Controller()).on_order, "order")
    gc.collect()
    for number in range(5):
        tree.sendMessage("order", number=number)
    return held


def closure(recorder: Recorder, *, is_held: bool) -> Any:
    blinker = pytest.importorskip("blinker")
    signal = blinker.Signal()
    buslens.attach(signal, recorder=recorder)

    def made() -> Any:
        return lambda sender: None

    held = made() if is_held else None
    signal.connect(held or made())
    gc.collect()
    signal.send()
    return held


def robust(recorder: Recorder, *, is_sound: bool) -> Any:
    signal = pytest.importorskip("django.dispatch").Signal()
    buslens.attach(signal, recorder=recorder)

    def index(sender: Any, **named: Any) -> None:
        if not is_sound:
            raise ValueError("the index is gone")

    def mail(sender: Any, **named: Any) -> None: ...

    signal.connect(index)
    signal.connect(mail)
    signal.send_robust(None)
    return index, mail


def correction(recorder: Recorder, *, is_last: bool) -> Any:
    psygnal = pytest.importorskip("psygnal")

    class Model:
        value = psygnal.Signal(int)

    model = Model()
    buslens.attach(model.value, recorder=recorder)

    def clamp(value: int) -> None:
        if value > 10:
            model.value.emit(10)

    def show(value: int) -> None: ...

    for each in (show, clamp) if is_last else (clamp, show):
        model.value.connect(each)
    model.value.emit(99)
    return model


def waiter(recorder: Recorder, *, is_early: bool) -> Any:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    if is_early:
        emitter.once("ready", lambda: None)
    emitter.emit("ready")
    if not is_early:
        emitter.once("ready", lambda: None)
    return emitter


def sessions(recorder: Recorder, *, removes: bool) -> Any:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for number in range(20):

        def on_message(text: str) -> None: ...

        emitter.on("message", on_message)
        emitter.emit("message", f"hello {number}")
        if removes:
            emitter.remove_listener("message", on_message)
    return emitter


def shared(recorder: Recorder, *, copies: bool) -> Any:
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)

    def charge(order: Any) -> None:
        order = dict(order) if copies else order
        order.pop("card")

    def receipt(order: Any) -> None:
        if "card" not in order:
            raise KeyError("card")

    for handler in (charge, receipt):
        emitter.on("paid", handler)
    for number in range(3):
        with contextlib.suppress(KeyError):
            emitter.emit("paid", {"number": number, "card": "visa"})
    return emitter


@pytest.mark.parametrize(
    ("program", "is_sound", "expected"),
    [
        (weak_listener, "is_held", ("receiver-died", "error")),
        (closure, "is_held", ("receiver-died", "error")),
        (robust, "is_sound", ("swallowed-exception", "warning")),
        (correction, "is_last", ("re-entrancy", "warning")),
        (waiter, "is_early", ("nobody-listens", "warning")),
        (shared, "copies", ("payload-drift", "warning")),
        (sessions, "removes", ("listener-growth", "warning")),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_a_planted_problem_is_the_only_one_and_its_sound_twin_is_healthy(
    program: Callable[..., Any], is_sound: str, expected: tuple[str, str]
) -> None:
    assert problems_of(lambda recorder: program(recorder, **{is_sound: False})) == [expected]
    assert problems_of(lambda recorder: program(recorder, **{is_sound: True})) == []


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("checkout", []),
        ("user-created", []),
        ("feedback-loop", []),
        ("lost-events", [("nobody-listens", "warning")]),
        ("async-errors", [("swallowed-exception", "error")]),
        ("blocking-handler", [("blocking-handler", "warning")]),
        ("dying-consumer", [("delivery", "warning"), ("delivery", "warning")]),
        ("saga", [("not-undone", "error")]),
        ("back-pressure", [("full-queue", "warning"), ("full-queue", "warning")]),
    ],
)
def test_a_sample_shows_what_it_is_about_and_nothing_else(
    sample: str, expected: list[tuple[str, str]], run: Any
) -> None:
    found = look(run(FOLDER / f"{sample}.yaml"), DETECTORS)
    said = [(each.detector, each.severity.word) for each in found.findings if each.severity > Severity.HINT]
    assert said == expected


SHOP = """
from bus_of_test import emitter

class Log:
    def on_paid(self, order): ...

def made():
    def inner(order): ...
    return inner

LOGS = [Log(), Log()]
emitter.on("paid", LOGS[0].on_paid)
emitter.on("placed", made())
{more}
"""
TWO_CLOSURES = 'emitter.on("placed", made()); emitter.on("paid", LOGS[1].on_paid)'


@pytest.mark.parametrize("imported_as", [("shop",), ("shop", "pack.shop")])
def test_a_file_that_is_imported_under_two_names_is_told_and_two_closures_of_one_line_are_not(
    imported_as: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = len(imported_as) > 1
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").touch()
    (tmp_path / "pack" / "shop.py").write_text(SHOP.format(more="" if twice else TWO_CLOSURES))
    recorder, emitter = Recorder(), EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    bus = ModuleType("bus_of_test")
    bus.emitter = emitter  # type: ignore[attr-defined]
    for name in ("bus_of_test", "shop", "pack", "pack.shop"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "bus_of_test", bus)
    for folder in (tmp_path, tmp_path / "pack"):
        monkeypatch.syspath_prepend(str(folder))
    for name in imported_as:
        importlib.import_module(name)
    for event in ("placed", "paid"):
        emitter.emit(event, {})
    found = [each for each in look(trace_of(recorder), DETECTORS).findings if each.detector == "duplicate-subscription"]
    titles = sorted(each.title for each in found)
    assert titles == (
        [
            "Log.on_paid is subscribed to paid 2 times, as shop and as pack.shop",
            "made.<locals>.inner is subscribed to placed 2 times, as shop and as pack.shop",
        ]
        if twice
        else []
    )
    assert all(each.severity == Severity.WARNING for each in found)
