"""The controls of the emit panel and where they stand; what they do is in panel.py."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSpinBox,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.panels.emit.history import EmitHistory
from ui.theme import ThemeSource
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.json_editor import JsonEditor
from ui.widgets.line_table import LineTable

_ROWS = 2
"""Rows of the history that always have their room: the buttons above must not move with the first emit."""


class EmitForm(QWidget):
    """Event, payload, the three ways to emit, and the history."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._make_event_row()
        self._make_payload(themes)
        self._make_buttons()
        self._make_history()
        self._place()
        outer = QVBoxLayout(parent)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)
        self.refresh_theme()

    def show_events(self, names: Sequence[str]) -> None:
        """Offer these events; what stands in the field stays."""
        text = self.event_box.currentText()
        if [self.event_box.itemText(place) for place in range(self.event_box.count())] == list(names):
            return
        blocked = self.event_box.blockSignals(True)
        self.event_box.clear()
        self.event_box.addItems(list(names))
        self.event_box.setCurrentText(text)
        self.event_box.blockSignals(blocked)
        self.show_beginning()

    def show_beginning(self) -> None:
        """Show the beginning of a long event name, unless it is being typed."""
        line = self.event_box.lineEdit()
        if line is not None and not line.hasFocus():
            line.setCursorPosition(0)

    def show_known(self, known: bool) -> None:
        """Say when the scenario does not know the event: it may be meant, it may be a slip."""
        self.unknown.setVisible(not known)
        self.sample.setEnabled(known)

    def set_ready(self, ready: bool, *, breaks: bool = False) -> None:
        """Nothing is emitted while the payload is wrong. breaks: by the schema alone, which may be meant."""
        for button in (self.once, self.many, self.at_rate):
            button.setEnabled(ready or (button is self.at_rate and self.at_rate.isChecked()))
        self.against.setEnabled(breaks)

    def set_usable(self, usable: bool) -> None:
        """Without a scenario nothing can be emitted: one line says so in place of the form."""
        self._splitter.setVisible(usable)
        self.no_scenario.setVisible(not usable)

    def show_error(self, text: str) -> None:
        """Say under the buttons why nothing was emitted."""
        self.error.setText(text)
        self.error.show()

    def clear_error(self) -> None:
        """Hide the error: its reason is gone."""
        self.error.hide()

    def show_rate_running(self, running: bool) -> None:
        """The button says what a click does next."""
        blocked = self.at_rate.blockSignals(True)
        self.at_rate.setChecked(running)
        self.at_rate.blockSignals(blocked)
        self.at_rate.setText("Stop" if running else "Repeat")
        self.per_second.setEnabled(not running)

    def _show_times(self, times: int) -> None:
        self.many.setText(f"Emit ×{times}")

    def refresh_history(self) -> None:
        """There is something to emit again."""
        filled = self.history.rowCount() > 0
        self.again.setEnabled(filled)
        self.edit.setEnabled(filled)
        self.history_title.setText("Emitted by hand" if filled else "Emitted by hand: nothing yet")

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        self.error.setStyleSheet(f"color: {QColor(theme.failed).name()};")
        self.unknown.setStyleSheet(f"color: {QColor(theme.warning).name()};")

    def _make_event_row(self) -> None:
        self.event_box = QComboBox(self)
        self.event_box.setEditable(True)
        self.event_box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.event_box.setAccessibleName("Event")
        self.event_box.setToolTip("The event to emit; any name may be written")
        self.event_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.event_box.setMinimumWidth(90)
        line = self.event_box.lineEdit()
        if line is not None:
            line.setPlaceholderText("event name")
        self.sample = QPushButton("Sample", self)
        self.sample.setToolTip("Write the scenario's sample payload of this event")
        self.sample.setAccessibleName("Write the sample payload")
        self.unknown = QLabel("⚠ not an event of this scenario", self)
        self.unknown.setTextFormat(Qt.TextFormat.PlainText)
        self.unknown.hide()

    def _make_payload(self, themes: ThemeSource) -> None:
        self.payload = JsonEditor(themes, self, optional=True)
        self.payload.setAccessibleName("Payload")
        self.payload.setPlaceholderText("payload as JSON; empty: no payload")
        self.payload.setToolTip("The payload as JSON; Ctrl+Return emits")

    def _make_buttons(self) -> None:
        self.once = QPushButton("Emit", self)
        self.once.setObjectName("primary")
        self.once.setToolTip("Emit once (Ctrl+Return)")
        self.times = QSpinBox(self)
        self.times.setRange(1, 100_000)
        self.times.setValue(10)
        self.times.setAccessibleName("How many times")
        self.times.setToolTip("How many times")
        self.many = QPushButton(self)
        self.times.valueChanged.connect(self._show_times)
        self._show_times(self.times.value())
        self.many.setToolTip("Emit as many times as the number beside it says")
        self.many.setAccessibleName("Emit that many times")
        self.per_second = QDoubleSpinBox(self)
        self.per_second.setRange(0.1, 10_000)
        self.per_second.setDecimals(1)
        self.per_second.setValue(5)
        self.per_second.setSuffix(" /s")
        self.per_second.setAccessibleName("Emits a second")
        self.per_second.setToolTip("Emits a second")
        self.at_rate = QPushButton("Repeat", self)
        self.at_rate.setCheckable(True)
        self.at_rate.setToolTip("Emit at this rate until stopped")
        self.at_rate.setAccessibleName("Emit at this rate")
        self.against = QCheckBox("against the schema", self)
        self.against.setToolTip(
            "Emit the payload as it stands, although it breaks the event's schema; a mark in the capture says so"
        )
        self.against.setEnabled(False)
        self.error = QLabel(self)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setWordWrap(True)
        self.error.setAccessibleName("Why nothing was emitted")
        self.error.hide()

    def _make_history(self) -> None:
        self.history = EmitHistory(self)
        self.history_title = ElidedLabel(self, most_letters=0)
        self.history_title.setText("Emitted by hand: nothing yet")
        self.history_title.setProperty("muted", True)
        self.again = QPushButton("Again", self)
        self.again.setAccessibleName("Emit again")
        self.again.setToolTip("Emit the chosen entry again; without a choice the newest")
        self.again.setEnabled(False)
        self.edit = QPushButton("Edit…", self)
        self.edit.setToolTip("Write the chosen entry into the form, to be changed and emitted")
        self.edit.setAccessibleName("Edit and emit")
        self.edit.setEnabled(False)
        view = self.history_view = LineTable(self, least_rows=_ROWS)
        view.setModel(self.history)
        view.setAccessibleName("Emitted by hand")
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.horizontalHeader().setStretchLastSection(True)
        view.horizontalHeader().hide()
        view.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        view.horizontalHeader().setMaximumSectionSize(180)
        view.setColumnWidth(0, view.fontMetrics().horizontalAdvance("00:00:00") + 24)

    def _place(self) -> None:
        event_row = QHBoxLayout()
        event_row.addWidget(self.event_box, 1)
        event_row.addWidget(self.sample)
        repeats = QGridLayout()
        repeats.setSpacing(4)
        repeats.setColumnStretch(0, 1)
        repeats.setColumnStretch(1, 1)
        for number in (self.times, self.per_second):
            number.setMinimumWidth(number.fontMetrics().horizontalAdvance("0000.0 /s") + 24)
        for row, parts in enumerate(((self.times, self.many), (self.per_second, self.at_rate))):
            for column, part in enumerate(parts):
                repeats.addWidget(part, row, column)
        top, below = QWidget(self), QWidget(self)
        upper = QVBoxLayout(top)
        upper.setContentsMargins(6, 6, 6, 4)
        upper.setSpacing(4)
        upper.addLayout(event_row)
        upper.addWidget(self.unknown)
        upper.addWidget(self.payload, 1)
        upper.addWidget(self.against)
        upper.addWidget(self.once)
        upper.addLayout(repeats)
        upper.addWidget(self.error)
        title = QHBoxLayout()
        title.addWidget(self.history_title, 1)
        title.addWidget(self.again)
        title.addWidget(self.edit)
        lower = QVBoxLayout(below)
        lower.setContentsMargins(6, 4, 6, 6)
        lower.setSpacing(4)
        lower.addLayout(title)
        lower.addWidget(self.history_view, 1)
        splitter = self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(top)
        splitter.addWidget(below)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        self.no_scenario = QLabel("No scenario: open one (Ctrl+O) or make a new one (Ctrl+N) to emit events.", self)
        self.no_scenario.setWordWrap(True)
        self.no_scenario.setProperty("muted", True)
        self.no_scenario.setContentsMargins(10, 10, 10, 10)
        self.no_scenario.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.no_scenario.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        outer.addWidget(self.no_scenario, 1)
