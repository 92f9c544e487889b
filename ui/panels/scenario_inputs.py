"""The inputs that forms are made of. Each shows a value, says when it was changed, and gives it back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from ui.panels.scenario_fields import Field, number
from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor

PAUSE_MS = 200
"""So long after the last key what was typed counts as meant."""


class Input(QWidget):
    """One field: a widget of its kind. `changed` comes when the person pauses, leaves, or uses a shortcut.

    Names do not change while they are being typed: half a name would be a name too.
    """

    changed = Signal()

    def __init__(self, field: Field, themes: ThemeSource, events: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._shown: Any = None
        self.widget = _widget(field, themes, events, self)
        self.widget.setAccessibleName(field.title)
        if field.hint:
            self.widget.setToolTip(field.hint)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.widget)
        self.setFocusProxy(self.widget)
        self.widget.installEventFilter(self)
        self._listen()

    def show_value(self, value: Any) -> None:
        """Show this; what stands there already is left alone, with its cursor."""
        self._pause.stop()
        if self.valid and self.value() == value and type(self.value()) is type(value):
            self._shown = value
            return
        blocked = self.widget.blockSignals(True)
        self._write(value)
        self.widget.blockSignals(blocked)
        self._pause.stop()
        self._shown = value

    def value(self) -> Any:
        """What stands there, None for nothing. ValueError while it is no JSON."""
        widget = self.widget
        if isinstance(widget, QCheckBox):
            return True if widget.isChecked() else None
        if isinstance(widget, JsonEditor):
            return widget.value()
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText() or None
        text = widget.currentText() if isinstance(widget, QComboBox) else widget.text()
        return number(text) if self.field.kind == "number" else text.strip() or None

    @property
    def valid(self) -> bool:
        """Whether `value` may be asked for."""
        return self.widget.valid if isinstance(self.widget, JsonEditor) else True

    def flush(self) -> None:
        """What was typed counts now."""
        self._pause.stop()
        if self.valid and self.value() != self._shown:
            self._shown = self.value()
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leaving the field and pressing a shortcut (Save, Run) both mean that the text is as it should be."""
        if event.type() == QEvent.Type.FocusOut or _is_command(event):
            self.flush()
        return super().eventFilter(watched, event)

    def _listen(self) -> None:
        widget = self.widget
        if isinstance(widget, QCheckBox):
            widget.toggled.connect(self.flush)
        elif isinstance(widget, QPlainTextEdit):
            widget.textChanged.connect(self._typed)
        elif isinstance(widget, QComboBox):
            widget.activated.connect(self.flush)
            line = widget.lineEdit()
            if line is not None:
                line.editingFinished.connect(self.flush)
        else:
            widget.editingFinished.connect(self.flush)
            if self.field.path != ("name",):
                widget.textEdited.connect(self._typed)

    def _typed(self) -> None:
        self._pause.start()

    def _write(self, value: Any) -> None:
        widget = self.widget
        if isinstance(widget, QCheckBox):
            widget.setChecked(bool(value))
        elif isinstance(widget, JsonEditor):
            widget.set_text("") if value is None else widget.set_value(value)
        elif isinstance(widget, QPlainTextEdit):
            widget.setPlainText(str(value or ""))
        elif isinstance(widget, QComboBox):
            widget.setEditText("" if value is None else str(value))
        else:
            widget.setText("" if value is None else str(value))
            widget.setCursorPosition(0)


def _is_command(event: QEvent) -> bool:
    """Whether this is the key of a command of the window, such as Save, and not of editing text."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12:
        return True
    control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(control) and event.key() in (Qt.Key.Key_S, Qt.Key.Key_E, Qt.Key.Key_Q, Qt.Key.Key_N, Qt.Key.Key_O)


def _widget(
    field: Field, themes: ThemeSource, events: list[str], parent: QWidget
) -> QCheckBox | JsonEditor | QPlainTextEdit | QComboBox | QLineEdit:
    if field.kind == "flag":
        return QCheckBox(field.title, parent)
    if field.kind == "json":
        editor = JsonEditor(themes, parent, optional=True)
        editor.setPlaceholderText(field.hint)
        return editor
    if field.kind == "code":
        code = QPlainTextEdit(parent)
        code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        code.setProperty("monospace", True)
        code.setPlaceholderText(field.hint)
        code.setTabChangesFocus(True)
        return code
    if field.kind == "event":
        return event_choice(events, parent)
    line = QLineEdit(parent)
    line.setPlaceholderText(field.hint)
    return line


def event_choice(events: list[str], parent: QWidget) -> QComboBox:
    """A line for an event's name that offers the known ones."""
    choice = QComboBox(parent)
    choice.setEditable(True)
    choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(10)
    choice.addItems(events)
    choice.setEditText("")
    return choice


class InlineError(QLabel):
    """Says in red, where it arose, why an edit was not made."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAccessibleName("Why the change was not made")
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def say(self, text: str) -> None:
        """Show a reason, "" for none any more."""
        self.setText(f"✖ {text}" if text else "")
        self.setVisible(bool(text))

    def refresh_theme(self) -> None:
        """The theme's red."""
        self.setStyleSheet(f"color: {QColor(self._themes.theme.failed).name()};")
