"""The settings of the flight recorder as fields."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from bus.settings import FlightSettings
from ui.widgets import ask

MOST_SECONDS = 3600.0
MOST_MS = 3_600_000.0


class FlightForm(QWidget):
    """The flight recorder's settings as fields; emits `changed` when a person has finished with one."""

    changed = Signal()

    def __init__(self, settings: FlightSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self.on = _box("Watch what is recorded", settings.on, self)
        self.before = _number("Seconds before", settings.before_s, MOST_SECONDS, " s", self)
        self.after = _number("Seconds after", settings.after_s, MOST_SECONDS, " s", self)
        self.on_failure = _box("A handler fails or times out", settings.on_failure, self)
        self.delay = _limit("Longest queue delay", settings.delay_ms, self)
        self.latency = _limit("Longest latency", settings.latency_ms, self)
        self.events = QLineEdit(settings.events, self)
        self.events.setAccessibleName("Events that are a reason to write")
        self.events.setPlaceholderText("order.cancelled alarm.*")
        self.folder = QLineEdit(settings.folder, self)
        self.folder.setAccessibleName("Folder of its files")
        self.folder.setPlaceholderText("in your data folder")
        self.choose = QPushButton("Choose…", self)
        self.choose.setAutoDefault(False)  # Return in a field means that field
        self.choose.setToolTip("Choose the folder of its files")
        self.choose.clicked.connect(self._choose_folder)
        self.most_files = _whole("Most files", settings.most_files, 1000, "", self)
        self.most_mb = _whole("Most megabytes of files", settings.most_mb, 1_000_000, " MB", self)
        self.memory = _whole("Most megabytes in memory", settings.memory_mb, 4096, " MB", self)
        self.pause = _number("Pause after a file", settings.pause_s, MOST_SECONDS, " s", self)
        self._place()
        self.show_settings(settings)
        for box in (self.on, self.on_failure):
            box.toggled.connect(self._changed)
        for field in (
            self.before, self.after, self.delay, self.latency, self.events, self.folder, self.most_files, self.most_mb,
            self.memory, self.pause,
        ):  # fmt: skip
            field.editingFinished.connect(self._changed)

    def show_settings(self, settings: FlightSettings) -> None:
        """Show these settings in the fields."""
        self._settings = settings
        self.on.setChecked(settings.on)
        self.on_failure.setChecked(settings.on_failure)
        self.events.setText(settings.events)
        self.folder.setText(settings.folder)
        for field, value in (
            (self.before, settings.before_s), (self.after, settings.after_s), (self.delay, settings.delay_ms),
            (self.latency, settings.latency_ms), (self.pause, settings.pause_s),
        ):  # fmt: skip
            field.setValue(value)
        for whole, number in (
            (self.most_files, settings.most_files), (self.most_mb, settings.most_mb), (self.memory, settings.memory_mb),
        ):  # fmt: skip
            whole.setValue(number)

    @property
    def settings(self) -> FlightSettings:
        """What stands in the fields."""
        return FlightSettings(
            on=self.on.isChecked(),
            before_s=self.before.value(),
            after_s=self.after.value(),
            on_failure=self.on_failure.isChecked(),
            delay_ms=self.delay.value(),
            latency_ms=self.latency.value(),
            events=self.events.text().strip(),
            folder=self.folder.text().strip(),
            most_files=self.most_files.value(),
            most_mb=self.most_mb.value(),
            memory_mb=self.memory.value(),
            pause_s=self.pause.value(),
        )

    def _choose_folder(self) -> None:
        folder = ask.folder(self, "Where the flight recorder writes", Path(self.folder.text() or Path.home()))
        if folder is not None:
            self.folder.setText(str(folder))
            self._changed()

    def _changed(self) -> None:
        if self.settings != self._settings:
            self._settings = self.settings
            self.changed.emit()

    def _place(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("", self.on)
        form.addRow("Write", _line(self, self.before, "before and", self.after, "after"))
        form.addRow("when", self.on_failure)
        form.addRow("or queue delay over", self.delay)
        form.addRow("or latency over", self.latency)
        form.addRow("or one of these events", self.events)
        form.addRow("Folder", _line(self, self.folder, self.choose))
        form.addRow("Keep at most", _line(self, self.most_files, "files, in all", self.most_mb))
        form.addRow("In memory at most", _line(self, self.memory, "pause after a file", self.pause))


def _line(parent: QWidget, *parts: QWidget | str) -> QWidget:
    line = QWidget(parent)
    places = QHBoxLayout(line)
    places.setContentsMargins(0, 0, 0, 0)
    for part in parts:
        places.addWidget(QLabel(part, line) if isinstance(part, str) else part)
    places.addStretch(1)
    return line


def _box(text: str, on: bool, parent: QWidget) -> QCheckBox:
    box = QCheckBox(text, parent)
    box.setChecked(on)
    return box


def _number(name: str, value: float, most: float, unit: str, parent: QWidget) -> QDoubleSpinBox:
    field = QDoubleSpinBox(parent)
    field.setAccessibleName(name)
    field.setRange(0.0, most)
    field.setDecimals(1)
    field.setSuffix(unit)
    field.setValue(value)
    return field


def _limit(name: str, value: float, parent: QWidget) -> QDoubleSpinBox:
    field = _number(name, value, MOST_MS, " ms", parent)
    field.setSpecialValueText("no limit")
    return field


def _whole(name: str, value: int, most: int, unit: str, parent: QWidget) -> QSpinBox:
    field = QSpinBox(parent)
    field.setAccessibleName(name)
    field.setRange(1, most)
    field.setSuffix(unit)
    field.setValue(value)
    return field
