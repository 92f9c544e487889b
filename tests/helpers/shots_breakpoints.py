"""Pictures of breakpoints, of what a run holds, and of the sheets by which a person reaches into a program."""

from __future__ import annotations

import asyncio
import math
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pyee.asyncio import AsyncIOEventEmitter
from PySide6.QtWidgets import QWidget

from bus.run.breakpoints import Breakpoint
from tests.helpers.controlled import Running, running
from ui.breakpoints.edit_sheet import EditHeldSheet
from ui.breakpoints.redelivery import RedeliverSheet
from ui.breakpoints.sheet import BreakpointsSheet
from ui.programs.emit_sheet import EmitSheet
from ui.programs.hold_sheet import HoldSheet
from ui.programs.tune_sheet import TuneSheet
from ui.window import Window

SHOP = """buslens: 1
name: Held
engine: sqlite
events:
  order.placed: {schema: {type: object, properties: {id: {type: integer}, total: {type: number}}}}
  order.paid: {}
handlers:
  charge:
    on: order.placed
    do: [{fail: {error: CardDeclined, message: insufficient funds, if: event.payload.id == 1}}, {emit: order.paid}]
  reserve: {on: order.placed, do: [{wait: 2ms}]}
  ship: {on: order.paid}
script: [{emit: order.placed, with: {id: $count, total: 120}, times: 6, every: 5ms}]
"""
EDGE = Breakpoint("order.placed", "charge", "event.payload.id > 3")
FOR_EVER_NS = 10**15


def take_breakpoints(window: Window, theme: str, take: Any, settle: Any) -> None:
    """take, settle: of tests/helpers/shots.py."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "held.yaml")
        path.write_text(SHOP)
        window.open(path)
        settle()
        verbs, session = window.wiring.verbs, window.session
        verbs.breakpoints.set(EDGE)
        session.start(speed=math.inf)
        while session.engine_state.held_count < 3:
            settle()
        window.panels.show_timeline()
        window.tables.tabs.setCurrentWidget(window.tables.calls)
        window.timeline.verbs.fit()
        window.selection.select("dispatch", int(session.trace.dispatches.id[0]))
        settle()
        take(window, "breakpoints-window", theme)
        verbs.breakpoints.show()
        (sheet,) = window.findChildren(BreakpointsSheet)
        sheet.held.setCurrentItem(sheet.held.topLevelItem(0))
        settle()
        take(sheet, "breakpoints", theme)
        sheet.edit.click()
        (edit,) = sheet.findChildren(EditHeldSheet)
        _taken(edit, "breakpoints-edit", theme, take, settle)
        sheet.close()
        verbs.redelivery.edited()
        (again,) = window.findChildren(RedeliverSheet)
        _taken(again, "redeliver", theme, take, settle)
        verbs.breakpoints.remove(*EDGE.key)
        session.stop()
        settle()
    take_control(window, theme, take, settle)


def take_control(window: Window, theme: str, take: Any, settle: Any) -> None:
    """The sheets into a program, which is this process."""
    loop = asyncio.new_event_loop()
    bus = AsyncIOEventEmitter(loop=loop)
    bus.on("order.placed", charge)
    bus.on("order.placed", reserve)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder, "session")) as process:
        process.control.program.breaks.silent_ns = FOR_EVER_NS
        shown: Any = SimpleNamespace(records=Path(process.stream), pid=os.getpid(), title="shop.py")
        for kind, name in ((EmitSheet, "control-emit"), (TuneSheet, "control-tune")):
            sheet: Any = kind(shown, window.themes, window)
            sheet.show()
            while sheet.looking.busy:
                settle()
            _taken(sheet, name, theme, take, settle)
        _take_hold(HoldSheet(shown, window.themes, window), bus, loop, process, theme, take, settle)
    loop.close()


def _take_hold(sheet: HoldSheet, bus: Any, loop: Any, process: Running, theme: str, take: Any, settle: Any) -> None:
    sheet.show()
    sheet.form.event_line.setText("order.placed")
    sheet.form.handler_line.setText("charge")
    sheet.form.where.setText("total > 100")
    sheet.form.add.click()
    while sheet.hold.state.hits != (0,):
        settle()
    for number in (50, 120, 300):
        bus.emit("order.placed", {"id": number, "total": number})
    loop.run_until_complete(asyncio.sleep(0))
    while sheet.held.topLevelItemCount() != 2:
        settle()
    sheet.held.setCurrentItem(sheet.held.topLevelItem(0))
    _taken(sheet, "control-hold", theme, take, settle)
    while process.control.program.breaks.said()["count"]:
        settle()
    while bus._waiting:
        loop.run_until_complete(asyncio.sleep(0))


def _taken(sheet: QWidget, name: str, theme: str, take: Any, settle: Any) -> None:
    settle()
    take(sheet, name, theme)
    sheet.close()
    settle()


async def charge(order: Any) -> None:
    """A handler of the program."""


async def reserve(order: Any) -> None:
    """Another one."""
