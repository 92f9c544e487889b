"""A list of steps, as a handler or the script has it: add, delete, move, and a form for the chosen one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bus.scenario.drafts import Draft, FieldPath
from bus.scenario.parts import Verbs, verb_of
from ui.icons import icon
from ui.panels.scenario.fields import Step, fields_of_step, summary, value_at
from ui.panels.scenario.inputs import FieldInput, Typed
from ui.theme import ThemeSource
from ui.widgets.elided_label import ElidedLabel

MOST_ROWS = 7
"""Rows of the list before it scrolls."""


class StepList(QWidget):
    """A list of steps that can be edited: emits what they should be; the owner decides and calls `show_steps`."""

    typed = Signal(object)
    """A Typed: what one field of one step should say; its path leads from what the form shows."""

    rearranged = Signal(object, object, object)
    """The path of the list, all steps as they should be, and where each stood before (-1: it is new).

    Objects, not lists: Qt's own lists sort the keys of the mappings in them.
    """

    def __init__(
        self,
        title: str,
        verbs: Verbs,
        themes: ThemeSource,
        parent: QWidget,
        path: FieldPath,
    ) -> None:
        """verbs: the kinds of steps that it may have. path: of the list, from what the form shows."""
        super().__init__(parent)
        self._path = path
        self._verbs = verbs
        self._themes = themes
        self._steps: list[Step] = []
        self._events: list[str] = []
        self._emit: Step = {}
        self._drafts: dict[FieldPath, Draft] = {}
        self._inputs: list[FieldInput] = []
        self._form: QWidget | None = None
        self._shown = (-1, "")
        self.list = QListWidget(self)
        self.list.setAccessibleName(title)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(14, 14))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._show_step)
        self.menu = QMenu(self)
        for verb, kind in verbs.items():
            self.menu.addAction(f"{verb}: {kind.about}").setData(verb)
        self.menu.triggered.connect(self._add)
        self.add = self._button("add", f"Add a step to the {title.lower()}")
        self.add.setMenu(self.menu)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.up = self._button("up", "Move the step up", "Alt+Up")
        self.down = self._button("down", "Move the step down", "Alt+Down")
        self.delete = self._button("remove", "Delete the step", "Del")
        self.up.clicked.connect(self._move_up)
        self.down.clicked.connect(self._move_down)
        self.delete.clicked.connect(self._delete)
        self._action("Move up", "Alt+Up").triggered.connect(self._move_up)
        self._action("Move down", "Alt+Down").triggered.connect(self._move_down)
        self._action("Delete step", "Del").triggered.connect(self._delete)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        head = QHBoxLayout()
        head.setSpacing(2)
        label = ElidedLabel(self, most_letters=0)
        label.setText(title)
        label.setProperty("strong", True)
        label.setBuddy(self.list)
        head.addWidget(label, 1)
        for button in (self.add, self.up, self.down, self.delete):
            head.addWidget(button)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._rows.addLayout(head)
        self._none = QLabel("No steps yet: + adds the first one.", self)
        self._none.setProperty("muted", True)
        self._none.setWordWrap(True)
        self._rows.addWidget(self._none)
        self._rows.addWidget(self.list)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()

    def show_steps(self, steps: list[Step], events: list[str], emit: Step, drafts: Mapping[FieldPath, Draft]) -> None:
        """Show these; the chosen row stays. emit: what a new emit step says, nothing where no event can be emitted."""
        row = self.list.currentRow()
        if events != self._events:
            self._shown = (-1, "")
        self._steps, self._events, self._emit = steps, events, emit
        blocked = self.list.blockSignals(True)
        self.list.clear()
        self.list.addItems([summary(step, self._verbs) for step in steps])
        self.list.setCurrentRow(min(max(row, 0), len(steps) - 1))
        self.list.blockSignals(blocked)
        height = self.list.fontMetrics().height() + 6
        self.list.setFixedHeight(height * min(max(len(steps), 2), MOST_ROWS) + 8)
        self.list.setVisible(bool(steps))
        self._none.setVisible(not steps)
        for action in self.menu.actions():
            action.setEnabled(bool(emit) or not self._verbs[action.data()].has_emit)
        self._show_drafts(drafts)
        self._show_step(self.list.currentRow())

    def _show_drafts(self, drafts: Mapping[FieldPath, Draft]) -> None:
        """Rows whose fields have mistakes are marked."""
        at = len(self._path)
        self._drafts = {path: each for path, each in drafts.items() if path[:at] == self._path and len(path) > at}
        wrong = {path[at]: draft for path, draft in self._drafts.items()}
        for row, step in enumerate(self._steps):
            item = self.list.item(row)
            item.setIcon(icon("failed", self._themes.theme) if row in wrong else QIcon())
            item.setToolTip(str(wrong[row]) if row in wrong else summary(step, self._verbs))

    def path_of(self, field: FieldInput) -> FieldPath:
        """The path of a field of the chosen step."""
        return (*self._path, self.list.currentRow(), *field.field.path)

    def choose(self, row: int) -> None:
        """Show the form of one step."""
        self.list.setCurrentRow(row)

    def inputs(self) -> list[FieldInput]:
        """The fields of the chosen step."""
        return self._inputs

    def refresh_theme(self) -> None:
        """Icons in the theme's colours."""
        for name, button in (("add", self.add), ("up", self.up), ("down", self.down), ("remove", self.delete)):
            if name in ("up", "down"):
                button.setArrowType(Qt.ArrowType.UpArrow if name == "up" else Qt.ArrowType.DownArrow)
            else:
                button.setIcon(icon(name, self._themes.theme))

    # The chosen step

    def _show_step(self, row: int) -> None:
        step = self._steps[row] if 0 <= row < len(self._steps) else None
        verb = verb_of(step, self._verbs) or ""
        if self._shown != (row, verb):
            self._make_form(verb)
            self._shown = (row, verb)
        for each in self._inputs:
            each.show_value(value_at(step or {}, each.field.path), self._drafts.get(self.path_of(each)))
        self.delete.setEnabled(step is not None)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < len(self._steps) - 1)

    def _make_form(self, verb: str) -> None:
        if self._form is not None:
            self._rows.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._form = QWidget(self)
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        fields = fields_of_step(self._verbs[verb]) if verb else ()
        self._inputs = [FieldInput(field, self._themes, self._events, self._form) for field in fields]
        for each in self._inputs:
            if each.field.kind == "flag":
                form.addRow(each)
            elif each.field.kind in ("json", "code"):
                each.widget.setFixedHeight(each.fontMetrics().lineSpacing() * 5 + 12)
                form.addRow(each.field.title, each)
            else:
                form.addRow(each.field.title, each)
            each.changed.connect(self._field_changed)
        self._rows.addWidget(self._form)

    def _field_changed(self, typed: Typed) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._steps):
            self.typed.emit(replace(typed, path=(*self._path, row, *typed.path)))

    # The list

    def _add(self, action: QAction) -> None:
        row = self.list.currentRow() + 1
        places = list(range(len(self._steps)))
        self._put([*places[:row], -1, *places[row:]], row, self._verbs[action.data()].new(self._emit))
        if self._inputs:
            self._inputs[0].setFocus()
            if isinstance(self._inputs[0].widget, QLineEdit):
                self._inputs[0].widget.selectAll()

    def _delete(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._put([place for place in range(len(self._steps)) if place != row], row)
            self.list.setFocus()

    def _move_up(self) -> None:
        self._move(-1)

    def _move_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._steps) and 0 <= row + by < len(self._steps):
            places = list(range(len(self._steps)))
            places.insert(row + by, places.pop(row))
            self._put(places, row + by)

    def _put(self, order: list[int], row: int, new: Step | None = None) -> None:
        """Ask for the steps in this order; whoever owns them shows what came of it."""
        steps = [self._steps[place] if place >= 0 else new for place in order]
        self._shown = (-1, "")
        self.rearranged.emit(self._path, steps, order)
        self.list.setCurrentRow(min(row, len(self._steps) - 1))

    def _button(self, name: str, what: str, keys: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(what)
        button.setToolTip(f"{what} ({keys})" if keys else what)
        button.setIconSize(QSize(14, 14))
        button.setAutoRaise(True)
        return button

    def _action(self, text: str, keys: str) -> QAction:
        action = QAction(text, self.list)
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.list.addAction(action)
        return action
