"""Emit an event by hand into a program: which bus, which event, with what; and when it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QSizePolicy, QWidget

from bus.programs import reaching
from bus.programs.listing import ListedProcess
from bus.programs.reaching import ON_THREAD, HandEmitOrder, ReachableBus, ReachedProgram
from ui.programs.reach import ReachSheet
from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor
from ui.widgets.json_places import JsonProblem

SIZE = QSize(620, 560)
ABOUT = (
    "The program's own handlers run, as if it had emitted the event itself. What has not begun within five seconds is "
    "withdrawn."
)


class EmitSheet(ReachSheet):
    """One process."""

    def __init__(self, process: ListedProcess, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Emit Into", ABOUT, "Emit", process, themes, parent)
        self._buses: tuple[ReachableBus, ...] = ()
        self.bus = QComboBox(self)
        self.bus.setAccessibleName("Bus")
        self.bus.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.bus.currentIndexChanged.connect(self._show_bus)
        self.event_box = QComboBox(self)
        self.event_box.setEditable(True)
        self.event_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.event_box.setAccessibleName("Event")
        self.event_box.setToolTip("Events that were seen on this bus; any name may be written")
        self.event_box.editTextChanged.connect(self.refresh_action)
        for box in (self.bus, self.event_box):
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.args = JsonEditor(themes, self, optional=True)
        self.args.setAccessibleName("Arguments")
        self.args.setPlaceholderText("a list in JSON, or one value; empty: none")
        self.kwargs = JsonEditor(themes, self, optional=True)
        self.kwargs.setAccessibleName("Keyword arguments")
        self.kwargs.setPlaceholderText("an object in JSON; empty: none")
        self.kwargs.set_checker(_is_object)
        for editor in (self.args, self.kwargs):
            editor.validity_changed.connect(self.refresh_action)
        self.on_thread = QCheckBox("At once, on a thread of Buslens", self)
        self.on_thread.toggled.connect(self._show_how)
        self.note.setAccessibleName("When it is done")
        self.note.show()
        rows = QFormLayout(self.form)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows.addRow("Bus", self.bus)
        rows.addRow("Event", self.event_box)
        rows.addRow("Arguments", self.args)
        rows.addRow("Keywords", self.kwargs)
        rows.addRow("", self.on_thread)
        self.action.clicked.connect(self._emit)
        self.begin(SIZE)

    def show_program(self, found: ReachedProgram) -> None:
        self._buses = found.buses
        self.bus.clear()
        self.bus.addItems([bus.name for bus in found.buses])
        usable = next((row for row, bus in enumerate(found.buses) if bus.can_emit), 0)
        self.bus.setCurrentIndex(usable if found.buses else -1)

    def refresh_action(self) -> None:
        bus = self._bus
        ready = bus is not None and bus.can_emit and bool(self.event_box.currentText())
        busy = self.doing.busy or self.looking.busy
        self.action.setEnabled(ready and not busy and self.args.valid and self.kwargs.valid)

    @property
    def _bus(self) -> ReachableBus | None:
        row = self.bus.currentIndex()
        return self._buses[row] if 0 <= row < len(self._buses) else None

    def _show_bus(self) -> None:
        bus = self._bus
        self.event_box.clear()
        self.event_box.addItems(list(bus.events) if bus is not None else [])
        self.on_thread.setEnabled(bus is not None and bus.can_emit)
        self._show_how()
        self.refresh_action()

    def _show_how(self) -> None:
        bus = self._bus
        said = "" if bus is None else ON_THREAD if bus.can_emit and self.on_thread.isChecked() else bus.how
        self.note.setText(f"{said[:1].upper()}{said[1:]}." if said else "")

    def _emit(self) -> None:
        bus = self._bus
        if bus is not None:
            self.do(reaching.emit, self.order(bus.name))

    def order(self, bus: str) -> HandEmitOrder:
        """What stands in the form."""
        given: Any = self.args.value()
        args = () if self.args.is_empty else tuple(given) if isinstance(given, list) else (given,)
        kwargs: Any = self.kwargs.value()
        return HandEmitOrder(bus, self.event_box.currentText(), args, kwargs, self.on_thread.isChecked())


def _is_object(value: object) -> Sequence[JsonProblem]:
    return () if isinstance(value, dict) else (JsonProblem("keyword arguments are an object"),)
