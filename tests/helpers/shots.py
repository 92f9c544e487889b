"""`python3 dev.py shots`: pictures of the window and every panel, in both themes, for the README and our eyes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QDockWidget, QWidget

from bus.scenario.samples import SAMPLES
from buslens.records import Outcome
from tests.helpers.real_window import opened
from tests.helpers.screen import offscreen
from tests.helpers.shots_breakpoints import take_breakpoints
from tests.helpers.shots_modelling import take_modelling
from ui.compare.sheet import CompareSheet
from ui.diff.sheet import DiffSheet
from ui.exploration.choose_sheet import ChooseSheet
from ui.exploration.explore_sheet import ExploreSheet
from ui.report.sheet import ReportSheet
from ui.window import Window

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
SETTLE_MS = 400
"""For what the window does later: a frame of the timeline, a repaint, a column that is fitted."""

RUN_S = 60.0
SIZE = 1480, 900


SCREENS = {"1366x768": ((1366, 768), 1.0), "1000x600": ((1000, 600), 1.0), "150-dpi": ((1366, 768), 1.5)}
"""Small ones that people have: pixels, and pixels for each of Qt's. Each has a process of its own: Qt knows one."""


def main(arguments: list[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    screen = arguments[0] if arguments else ""
    offscreen(*SCREENS[screen]) if screen else offscreen()
    for theme in ("light", "dark"):
        # Each on settings of its own: an arrangement that is restored was cut to the small screen that is none.
        with tempfile.TemporaryDirectory() as folder:
            for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
                os.environ[name] = folder
            with opened() as window:
                take_small(window, screen, theme) if screen else take_all(window, theme)
    if screen:
        return
    for name in SCREENS:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        subprocess.run([sys.executable, "-m", "tests.helpers.shots", name], env=environment, check=True)
    print(f"wrote {len(list(IMAGES.glob('*.png')))} pictures into {IMAGES}")


def take_small(window: Window, screen: str, theme: str) -> None:
    """As the window comes on a small screen, after a run."""
    window.themes.set_setting(theme)
    settle()
    window.open(next(sample.path for sample in SAMPLES if sample.id == "checkout"))
    settle()
    run(window)
    select_a_failure(window)
    take(window, f"small-{screen}", theme)


def take_all(window: Window, theme: str) -> None:
    window.themes.set_setting(theme)
    window.resize(*SIZE)
    settle()
    take(window, "start", theme)
    window.open(next(sample.path for sample in SAMPLES if sample.id == "checkout"))
    settle()
    take(window, "loaded", theme)
    run(window)
    take(window, "whole-run", theme)
    select_a_failure(window)
    window.timeline.verbs.fit_selection()
    for _ in range(4):
        window.timeline.verbs.zoom_out()
    settle()
    take(window, "window", theme)
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() != "dock_tables":  # each of its tabs is taken
            take(dock, dock.objectName().removeprefix("dock_"), theme)
    take(window.timeline, "timeline", theme)
    take_tabs(window, theme)
    window.timeline.verbs.fit_selection()
    settle()
    take(window.timeline, "timeline-flow", theme)
    take_sheets(window, theme)
    take_comparison(window, theme)
    take_evidence(window, theme)
    take_diff(window, theme)
    take_modelling(window, theme, take, settle)
    take_breakpoints(window, theme, take, settle)
    take_exploration(window, theme)


def run(window: Window, seed: int | None = None) -> None:
    window.session.start(speed=math.inf, seed=seed)
    assert window.session.wait(RUN_S), "checkout did not finish"
    window.bridge.touch()
    window.panels.show_timeline()
    settle()
    window.flight_notice.hide()  # which checkout's failures bring, sooner or later
    window.timeline.verbs.fit()
    settle()


def select_a_failure(window: Window) -> None:
    calls = window.session.trace.calls
    failed = [row for row in range(len(calls)) if calls.outcome[row] == Outcome.FAILED]
    if failed:
        window.selection.select("call", int(calls.id[failed[len(failed) // 2]]))
    settle()


def take_tabs(window: Window, theme: str) -> None:
    tabs = window.tables.tabs
    window.tables.show_why()
    for place in range(tabs.count()):
        tabs.setCurrentIndex(place)
        settle()
        words = tabs.tabText(place).replace("&", "").split()
        take(window.tables, f"tables-{words[0].lower()}", theme)
    tabs.setCurrentIndex(0)


def take_sheets(window: Window, theme: str) -> None:
    for name, show in (
        ("palette", window.wiring.sheets.show_palette),
        ("shortcuts", window.wiring.sheets.show_shortcuts),
    ):
        before = {widget for widget in window.findChildren(QWidget) if widget.isVisible()}
        show()
        settle()
        new = [each for each in window.findChildren(QWidget) if each.isVisible() and each not in before]
        sheet = next((each for each in new if each.isWindow()), new[0] if new else None)
        if sheet is not None:
            take(sheet, name, theme)
            sheet.close()
        settle()


def take_comparison(window: Window, theme: str) -> None:
    window.wiring.sheets.show_comparison()
    (sheet,) = window.findChildren(CompareSheet)
    sheet.resize(*SIZE)
    sheet.speed.setCurrentIndex(sheet.speed.count() - 1)
    sheet.run()
    while not sheet.start.isEnabled():
        settle()
    settle()
    take(sheet, "compare", theme)
    sheet.close()
    settle()


def take_evidence(window: Window, theme: str) -> None:
    window.wiring.sheets.show_report()
    (sheet,) = window.findChildren(ReportSheet)
    while not sheet.saving.keep.isEnabled():
        settle()
    take(sheet, "evidence", theme)
    sheet.close()
    settle()


def take_diff(window: Window, theme: str) -> None:
    """The run beside one with other draws of chance."""
    run(window, seed=2)
    window.wiring.sheets.show_diff()
    (sheet,) = window.findChildren(DiffSheet)
    while not sheet.tabs.flow.topLevelItemCount():
        settle()
    take(sheet, "diff", theme)
    sheet.tabs.setCurrentWidget(sheet.tabs.flow)
    settle()
    take(sheet, "diff-flow", theme)
    sheet.tabs.setCurrentWidget(sheet.tabs.overlay)
    settle()
    take(sheet, "diff-overlay", theme)
    sheet.close()
    settle()


def take_exploration(window: Window, theme: str) -> None:
    """What other runs of the sample with the lost update break, and when that was decided."""
    window.session.stop()
    window.open(next(sample.path for sample in SAMPLES if sample.id == "lost-update"))
    window.wiring.sheets.show_explore()
    (sheet,) = window.findChildren(ExploreSheet)
    sheet.form.amount.setValue(100)
    sheet.explore()
    while not sheet.form.start.isEnabled():
        settle()
    sheet.view.ask_when()
    while not sheet.view.when.isEnabled():
        settle()
    take(sheet, "explore", theme)
    sheet.close()
    window.wiring.sheets.show_choices()
    (choosing,) = window.findChildren(ChooseSheet)
    while not choosing.list.count():
        settle()
    take(choosing, "choose", theme)
    choosing.close()
    settle()


def take(widget: QWidget, name: str, theme: str) -> None:
    widget.grab().save(str(IMAGES / f"{name}-{theme}.png"))


def settle() -> None:
    """Let the window's own event loop run for a moment."""
    loop = QEventLoop()
    QTimer.singleShot(SETTLE_MS, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main(sys.argv[1:])
