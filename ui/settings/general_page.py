"""How the window looks and how runs begin, as fields."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from bus.settings import LARGEST_FONT, SMALLEST_FONT, Settings
from ui.run_choices import SPEEDS, speed_text

THEMES = (("As the system has it", "system"), ("Light", "light"), ("Dark", "dark"))
AXES = (("To scale", "linear"), ("Idle time folded", "compressed"), ("Step by step", "steps"))
MOST_RECORDS = 1_000_000_000
MOST_GB = 100_000.0
MOST_RUNS = 1_000


class GeneralPage(QWidget):
    """The page of general settings; emits `changed` when a person has finished with a field."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.theme = _choice("Theme", THEMES, self)
        self.font_points = QDoubleSpinBox(self)
        self.font_points.setAccessibleName("Font size")
        self.font_points.setToolTip("Of the whole window; also Ctrl++, Ctrl+- and Ctrl+0")
        self.font_points.setRange(SMALLEST_FONT, LARGEST_FONT)
        self.font_points.setSingleStep(0.5)
        self.font_points.setDecimals(1)
        self.font_points.setSuffix(" pt")
        self.axis = _choice("Time axis", AXES, self)
        self.speed = _choice("Speed", [(speed_text(speed), speed) for speed in SPEEDS], self)
        self.speed.setToolTip("How fast the engine's time runs; max: waits cost nothing")
        self.most_records = QSpinBox(self)
        self.most_records.setAccessibleName("Most records in memory")
        self.most_records.setToolTip("Dispatches and calls of a run; the oldest go where there are more")
        self.most_records.setRange(0, MOST_RECORDS)
        self.most_records.setSingleStep(100_000)
        self.most_records.setGroupSeparatorShown(True)
        self.most_records.setSpecialValueText("as memory allows")
        self.most_disk = QDoubleSpinBox(self)
        self.most_disk.setAccessibleName("Most gigabytes on disk")
        self.most_disk.setToolTip("Of the temporary file that a live capture lies in until it is saved")
        self.most_disk.setRange(0.0, MOST_GB)
        self.most_disk.setDecimals(1)
        self.most_disk.setSuffix(" GB")
        self.most_disk.setSpecialValueText("as the disk allows")
        self.most_stream = QDoubleSpinBox(self)
        self.most_stream.setAccessibleName("Most gigabytes of a stream")
        self.most_stream.setToolTip(
            "Of what each program under watch has written: beyond, what was read goes while the program runs"
        )
        self.most_stream.setRange(0.0, MOST_GB)
        self.most_stream.setDecimals(1)
        self.most_stream.setSuffix(" GB")
        self.most_stream.setSpecialValueText("all, until facts are dropped")
        self.most_runs = QSpinBox(self)
        self.most_runs.setAccessibleName("Most runs that are kept")
        self.most_runs.setToolTip(
            "Runs and opened captures to come back to; those with notes in no file stay in any case"
        )
        self.most_runs.setRange(1, MOST_RUNS)
        self.most_runs_gb = QDoubleSpinBox(self)
        self.most_runs_gb.setAccessibleName("Most gigabytes of runs that are kept")
        self.most_runs_gb.setToolTip("Of the temporary files of runs that are kept and not in view")
        self.most_runs_gb.setRange(0.0, MOST_GB)
        self.most_runs_gb.setDecimals(1)
        self.most_runs_gb.setSuffix(" GB")
        self.most_runs_gb.setSpecialValueText("as the disk allows")
        self.ask_about_runs = QCheckBox("Ask about unsaved runs when Buslens is closed", self)
        self.ask_about_runs.setToolTip("About notes it asks in any case")
        form = QFormLayout(self)
        form.addRow("Theme", self.theme)
        form.addRow("Font size", self.font_points)
        form.addRow("Time axis", self.axis)
        form.addRow("Speed", self.speed)
        form.addRow("Records in memory", self.most_records)
        form.addRow("Live capture on disk", self.most_disk)
        form.addRow("Streams on disk", self.most_stream)
        form.addRow("Runs that are kept", self.most_runs)
        form.addRow("Kept runs on disk", self.most_runs_gb)
        form.addRow(self.ask_about_runs)
        self.show_settings(settings)
        for box in (self.theme, self.axis, self.speed):
            box.activated.connect(self._changed)
        self.ask_about_runs.clicked.connect(self._changed)
        numbers = (self.most_records, self.most_disk, self.most_stream, self.most_runs, self.most_runs_gb)
        for field in (self.font_points, *numbers):
            field.editingFinished.connect(self._changed)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings in the fields."""
        self._settings = settings
        for box, value in ((self.theme, settings.theme), (self.axis, settings.time_axis), (self.speed, settings.speed)):
            box.setCurrentIndex(max(0, box.findData(value)))
        self.font_points.setValue(settings.font_points)
        self.most_records.setValue(settings.most_records)
        self.most_disk.setValue(settings.most_disk_gb)
        self.most_stream.setValue(settings.most_stream_gb)
        self.most_runs.setValue(settings.most_runs)
        self.most_runs_gb.setValue(settings.most_runs_gb)
        self.ask_about_runs.setChecked(settings.ask_about_runs)

    def put_into(self, settings: Settings) -> Settings:
        """These settings, but with what stands in the fields."""
        return replace(
            settings,
            theme=self.theme.currentData(),
            font_points=self.font_points.value(),
            time_axis=self.axis.currentData(),
            speed=self.speed.currentData(),
            most_records=self.most_records.value(),
            most_disk_gb=self.most_disk.value(),
            most_stream_gb=self.most_stream.value(),
            most_runs=self.most_runs.value(),
            most_runs_gb=self.most_runs_gb.value(),
            ask_about_runs=self.ask_about_runs.isChecked(),
        )

    def _changed(self) -> None:
        chosen = self.put_into(self._settings)
        if chosen != self._settings:
            self._settings = chosen
            self.changed.emit()


def _choice(name: str, choices: object, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    for title, value in choices:  # type: ignore[attr-defined]
        box.addItem(title, value)
    return box
