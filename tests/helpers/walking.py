"""Goes through the whole window, panel by panel, tab by tab and sheet by sheet, and stops at each to be looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress

from PySide6.QtCore import QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QTabWidget, QWidget

from buslens.records import Outcome
from ui.window import Window

RUN_S = 60.0
_A_DOT = QRect(0, 0, 1, 1)
"""To grab so little settles every layout, and paints next to nothing."""

FORMS = (("scenario", ""), ("event", "order.placed"), ("handler", "charge_card"), ("script", ""))
"""What the tree of the sample checkout leads to."""


def views(window: Window) -> Iterator[tuple[str, QWidget]]:
    """A name and what is to be looked at; the window is settled whenever one is given."""
    yield from _stop("start page", window)
    window.wiring.verbs.file.open_sample("checkout")
    yield from _stop("loaded", window)
    for kind, name in FORMS:
        window.panels.show("scenario")
        window.scenario.tree.choose(kind, name)
        yield from _stop(f"form of {kind} {name}".rstrip(), window)
        if kind == "handler":
            window.scenario.handler_form.fold.set_open(True)
            yield from _stop("workers and brokers", window)
    window.panels.show("emit")
    yield from _stop("emit", window)
    _run(window)
    yield from _stop("run", window)
    _select_failure(window)
    yield from _stop("failure selected", window)
    for place in range(window.tables.tabs.count()):
        window.tables.tabs.setCurrentIndex(place)
        yield from _stop(f"tab {window.tables.tabs.tabText(place)}", window)
    window.tables.tabs.setCurrentIndex(0)
    yield from sheets(window)


def sheets(window: Window) -> Iterator[tuple[str, QWidget]]:
    """Everything that opens above the window, with all its tabs."""
    shown = window.wiring.sheets
    for show in (
        shown.show_palette, shown.show_shortcuts, shown.show_settings, shown.show_flight, shown.show_connections,
        shown.show_comparison, shown.show_diff, shown.show_code,
    ):  # fmt: skip
        before = set(window.findChildren(QDialog))
        show()
        (sheet,) = set(window.findChildren(QDialog)) - before
        name = show.__name__.removeprefix("show_")
        yield from _stop(name, sheet)
        for tabs in sheet.findChildren(QTabWidget):
            for place in range(1, tabs.count()):
                tabs.setCurrentIndex(place)
                yield from _stop(f"{name}, {tabs.tabText(place)}", sheet)
        sheet.close()


def _stop(name: str, widget: QWidget) -> Iterator[tuple[str, QWidget]]:
    for _ in range(3):  # a layout that is told its width asks once more for its height
        QTest.qWait(5)
        widget.grab(_A_DOT)
    yield name, widget


def _run(window: Window) -> None:
    window.session.start(speed=math.inf)
    assert window.session.wait(RUN_S), "checkout did not finish"
    window.bridge.touch()
    window.panels.show_timeline()
    window.timeline.verbs.fit()


def _select_failure(window: Window) -> None:
    calls = window.session.trace.calls
    with suppress(StopIteration):
        row = next(row for row in range(len(calls)) if calls.outcome[row] == Outcome.FAILED)
        window.selection.select("call", int(calls.id[row]))
