"""The inputs that forms are made of. Each shows a value, says when it was changed, and gives it back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontDatabase, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from bus.scenario.drafts import Draft, FieldPath
from ui.panels.scenario.fields import Field, number, read_names, written
from ui.theme import ThemeSource
from ui.widgets.json_editor import JsonEditor
from ui.widgets.wrapped_label import WrappedLabel

PAUSE_MS = 200
"""So long after the last key what was typed counts as meant."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person typed into one field."""

    path: FieldPath
    """Of the field, from what the form shows."""

    text: str
    value: Any
    """What the text says, None for nothing."""

    mistake: str = ""
    """Why the text says nothing, as JSON that is not whole; "" where it says something."""


class FieldInput(QWidget):
    """The widget of one field of a form, with what may be written there and why what was typed cannot be taken.

    `changed` comes when the person pauses, leaves, or uses a shortcut. Names do not change while they are being typed:
    half a name would be a name too.
    """

    changed = Signal(object)
    """A Typed."""

    def __init__(self, field: Field, themes: ThemeSource, events: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._told = ""
        """The text of which the scenario knows."""

        self.draft: Draft | None = None
        """What stands here and is a mistake."""

        self.widget = _widget(field, themes, events, self)
        self.widget.setAccessibleName(field.title)
        tip = ". ".join(each for each in (field.hint, field.help) if each)
        if tip:
            self.widget.setToolTip(tip)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self.error = InlineError(themes, self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(self.widget)
        rows.addWidget(self.error)
        self._help = _help(field.help, self)
        self._help.setVisible(bool(field.help))
        rows.addWidget(self._help)
        self.setFocusProxy(self.widget)
        self.widget.installEventFilter(self)
        self._listen()

    def show_value(self, value: Any, draft: Draft | None = None) -> None:
        """Show what the scenario says, or what was typed in its place; a text that says it already is left alone."""
        self._pause.stop()
        blocked = self.widget.blockSignals(True)
        if draft is not None and self.text() != draft.text:
            self._write_text(draft.text)
        elif draft is None and not self._says(value):
            self._write(value)
        self.widget.blockSignals(blocked)
        self._pause.stop()
        self._told = self.text()
        self.mark(draft)

    def mark(self, draft: Draft | None) -> None:
        """Say beside the field why its text cannot be taken; None: it can."""
        self.draft = draft
        # A JSON editor says itself what is wrong with its text.
        self.error.say(draft.reason if draft is not None and draft.readable else "")
        self._help.setVisible(bool(self.field.help) and self.error.isHidden())
        if bool(self.widget.property("mistaken")) != (draft is not None):
            self.widget.setProperty("mistaken", draft is not None)
            self.widget.style().unpolish(self.widget)
            self.widget.style().polish(self.widget)

    def text(self) -> str:
        """What stands there, letter by letter."""
        widget = self.widget
        if isinstance(widget, QCheckBox):
            return "true" if widget.isChecked() else ""
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText()
        return widget.currentText() if isinstance(widget, QComboBox) else widget.text()

    def value(self) -> Any:
        """What it says, None for nothing. ValueError while it is not JSON."""
        widget = self.widget
        if isinstance(widget, QCheckBox):
            return True if widget.isChecked() else None
        if isinstance(widget, JsonEditor):
            return widget.value()
        if isinstance(widget, QPlainTextEdit):
            return widget.toPlainText() or None
        if self.field.choices and isinstance(widget, QComboBox):
            return widget.currentText() if widget.currentIndex() > 0 else None
        text = self.text()
        if self.field.kind == "names":
            return read_names(text) or None
        value = number(text) if self.field.kind == "number" else text.strip() or None
        return "" if value is None and self.field.needed else value

    @property
    def valid(self) -> bool:
        """Whether `value` may be asked for."""
        return self.widget.valid if isinstance(self.widget, JsonEditor) else True

    def typed(self) -> Typed:
        """What stands there, for the scenario to take."""
        if isinstance(self.widget, JsonEditor) and not self.widget.valid:
            return Typed(self.field.path, self.text(), None, self.widget.problems[0].text)
        return Typed(self.field.path, self.text(), self.value())

    def flush(self) -> None:
        """What was typed counts now."""
        self._pause.stop()
        if self.text() != self._told:
            self._told = self.text()
            self.changed.emit(self.typed())

    def try_again(self) -> None:
        """What could not be read may be right now, because something else was changed."""
        if self.draft is not None and not self.draft.readable and self.valid:
            self.changed.emit(self.typed())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leaving the field and pressing a shortcut (Save, Run) both mean that the text is as it should be."""
        if event.type() == QEvent.Type.FocusOut or _is_command(event, self):
            self.flush()
        return super().eventFilter(watched, event)

    def _says(self, value: Any) -> bool:
        if not self.valid:
            return False
        mine = self.value()
        return bool(mine == value and type(mine) is type(value))

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
        elif isinstance(widget, JsonEditor) and value is not None:
            widget.set_value(value)
        else:
            self._write_text("" if value is None else written(value))

    def _write_text(self, text: str) -> None:
        widget = self.widget
        if isinstance(widget, JsonEditor):
            widget.set_text(text)
            widget.check_now()
        elif isinstance(widget, QPlainTextEdit):
            widget.setPlainText(text)
        elif isinstance(widget, QComboBox) and self.field.choices:
            widget.setCurrentIndex(max(widget.findText(text), 0))
        elif isinstance(widget, QComboBox):
            widget.setEditText(text)
        elif isinstance(widget, QLineEdit):
            widget.setText(text)
            widget.setCursorPosition(0)


def _is_command(event: QEvent, within: QWidget) -> bool:
    """Whether this is the key of a command of the window, such as Save, and not of editing text."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    writes = bool(event.text()) and event.text().isprintable() and not control
    if writes or event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo):
        return False
    keys = QKeySequence(event.keyCombination())
    return any(keys in action.shortcuts() for action in within.window().actions())


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
    if field.choices:
        return _choice(field.choices, parent)
    if field.kind == "event":
        return event_choice(events, parent)
    line = QLineEdit(parent)
    line.setPlaceholderText(field.hint)
    return line


def _choice(choices: tuple[str, ...], parent: QWidget) -> QComboBox:
    """One of a few words."""
    choice = QComboBox(parent)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(6)
    choice.addItems(choices)
    return choice


def _help(text: str, parent: QWidget) -> QLabel:
    """What may be written in a field, quietly."""
    label = WrappedLabel(text, parent)
    label.setProperty("muted", True)
    return label


def event_choice(events: list[str], parent: QWidget) -> QComboBox:
    """A line for an event's name that offers the known ones."""
    choice = QComboBox(parent)
    choice.setEditable(True)
    choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    choice.setMinimumContentsLength(6)
    choice.addItems(events)
    choice.setEditText("")
    return choice


class InlineError(WrappedLabel):
    """A red text below a field that tells why an edit was not made."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("", parent)
        self._themes = themes
        self.setAccessibleName("Why the change was not made")
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def say(self, text: str) -> None:
        """Show a reason, "" for none any more."""
        self.setText(f"✖ {text}" if text else "")
        self.setVisible(bool(text))

    def refresh_theme(self) -> None:
        """Paint in the theme's red from now on."""
        self.setStyleSheet(f"color: {QColor(self._themes.theme.failed).name()};")
