"""The scenario panel: events, handlers and script as a tree, and a form for what is chosen.

Every edit goes through the session's Document, which checks it, and makes it undoable; what is refused changes
nothing, and the form says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.scenario import Document
from bus.session import Session
from ui.icons import icon
from ui.panels.scenario_event import EventForm
from ui.panels.scenario_form import Form
from ui.panels.scenario_handler import HandlerForm, read_on
from ui.panels.scenario_inputs import InlineError
from ui.panels.scenario_script import ScenarioForm, ScriptForm
from ui.panels.scenario_tree import ScenarioTree
from ui.theme import ThemeSource
from ui.widgets.empty_hint import EmptyHint

ROWS = 8
"""Lines of text that the tree has room for, however large the form."""

FORMS = ("scenario", "event", "handler", "script")
"""What has a form; headings have none."""


class ScenarioPanel(QWidget):
    """Shows the session's document and edits it."""

    failed = Signal(object)
    """A UserError that is not about what stands in this panel."""

    edited = Signal()
    """The document says something else now."""

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._themes = themes
        self._seen: tuple[int, int] = (0, -1)
        self._turn = 0
        self.setAccessibleName("Scenario")
        self.tree = ScenarioTree(themes, self)
        self.error = InlineError(themes, self)
        self.error.setContentsMargins(8, 2, 8, 4)
        self.event_form = EventForm(themes)
        self.handler_form = HandlerForm(themes)
        self.script_form = ScriptForm(themes)
        self.scenario_form = ScenarioForm(themes)
        self._no_document = EmptyHint("No scenario", "Open one, or make a new one with File > New Scenario.")
        self._place()
        self.tree.chosen.connect(self._show_chosen)
        # Later: the tree is made anew, which must not happen while its own editor closes.
        self.tree.rename_wanted.connect(self._rename, Qt.ConnectionType.QueuedConnection)
        self.tree.add_event_wanted.connect(self.add_event)
        self.tree.add_handler_wanted.connect(self.add_handler)
        self.tree.delete_wanted.connect(self.delete_chosen)
        self.tree.move_wanted.connect(self.move_handler)
        for form in self.forms:
            form.changed.connect(self._change)
            form.renamed.connect(self._rename_chosen)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.refresh_document()

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms."""
        return (self.event_form, self.handler_form, self.script_form, self.scenario_form)

    # What wiring tells it

    def refresh_records(self) -> None:
        """Records are not shown here."""

    def refresh_engine(self) -> None:
        """Nor is the engine."""

    def refresh_document(self) -> None:
        """Show the document where it is another one, or was changed by somebody else."""
        document = self._session.document
        seen = (id(document), document.revision if document else 0)
        if seen != self._seen:
            self._seen = seen
            self.error.say("")
            self._show_document()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        for name, button in (("event", self.new_event), ("handler", self.new_handler), ("remove", self.delete)):
            button.setIcon(icon(name, theme))
        if self._session.document is not None:
            self._show_tree(self._session.document)

    # Verbs

    def add_event(self) -> None:
        """Define an event and let its name be typed."""
        document = self._session.document
        if document is not None:
            name = _free("new.event", document.scenario.events)
            if self._edit(lambda document: document.add_event(name), self.error):
                self._choose_and_name("event", name)

    def add_handler(self) -> None:
        """Attach a handler to the chosen event, or the first one, and let its name be typed."""
        document = self._session.document
        if document is None:
            return
        kind, chosen = self.tree.key
        event = chosen if kind == "event" else next(iter(document.scenario.events), "")
        if not event:
            self.error.say("a handler needs an event to listen to: define one first")
            return
        name = _free("new_handler", document.scenario.handlers)
        if self._edit(lambda document: document.add_handler(name, event), self.error):
            self._choose_and_name("handler", name)

    def delete_chosen(self) -> None:
        """Delete the chosen event or handler."""
        kind, name = self.tree.key
        if kind == "event":
            self._edit(lambda document: document.remove_event(name), self.error)
        elif kind == "handler":
            self._edit(lambda document: document.remove_handler(name), self.error)
        self._show_chosen()

    def move_handler(self, by: int) -> None:
        """Change when the chosen handler is called among the others."""
        kind, name = self.tree.key
        document = self._session.document
        if kind == "handler" and document is not None:
            to = list(document.scenario.handlers).index(name) + by
            if 0 <= to < len(document.scenario.handlers):
                self._edit(lambda document: document.move_handler(name, to), self.error)

    def _rename(self, kind: str, old: str, new: str) -> None:
        if self._edit(lambda document: _rename(document, kind, old, new), self.error, (kind, new)):
            self._show_chosen()
        elif self._session.document is not None:
            self._show_tree(self._session.document)

    def _rename_chosen(self, new: str) -> None:
        kind, old = self.tree.key
        form = self._form_shown()
        if form is not None and new != old:
            self._edit(lambda document: _rename(document, kind, old, new), form.error, choose=(kind, new))

    def _change(self, key: str, value: Any, joins: str) -> None:
        kind, name = self.tree.key
        form = self._form_shown()
        if form is None:
            return
        joins = f"{self._turn} {joins}" if joins else ""
        said = {key: read_on(value or "") if key == "on" else value}
        if kind == "event":
            self._edit(lambda document: document.set_event(name, joins=joins, **said), form.error)
        elif kind == "handler":
            self._edit(lambda document: document.set_handler(name, joins=joins, **said), form.error)
        else:
            self._edit(lambda document: document.set_option(key, said[key], joins=joins), form.error)

    def _edit(
        self, change: Callable[[Document], None], where: InlineError, choose: tuple[str, str] | None = None
    ) -> bool:
        """Make an edit and show it, or say at its place why it was refused."""
        document = self._session.document
        if document is None:
            return False
        try:
            change(document)
        except UserError as error:
            where.say(_reason(error))
            form = self._form_shown()
            if form is not None and form.error is where:
                form.rows.activate()
                self._scroll.ensureWidgetVisible(where)
            return False
        self._seen = (id(document), document.revision)
        for each in (self.error, *(form.error for form in self.forms)):
            each.say("")
        self._show_tree(document, choose)
        self.edited.emit()
        return True

    # What is shown

    def _show_document(self) -> None:
        document = self._session.document
        self._pages.setCurrentIndex(0 if document is not None else 1)
        if document is not None:
            self._show_tree(document)
            self._show_chosen()

    def _show_tree(self, document: Document, choose: tuple[str, str] | None = None) -> None:
        blocked = self.tree.blockSignals(True)
        self.tree.show_scenario(document.scenario, document.title)
        if choose is not None:
            self.tree.choose(*choose)
        self.tree.blockSignals(blocked)

    def _show_chosen(self) -> None:
        document = self._session.document
        self._turn += 1
        kind, name = self.tree.key
        self.delete.setEnabled(kind in ("event", "handler"))
        if document is None:
            return
        values, events = document.values, list(document.scenario.events)
        form: Form | None = None
        if kind == "event":
            form = self.event_form
            self.event_form.show_event(name, values["events"][name])
        elif kind == "handler":
            form = self.handler_form
            self.handler_form.show_handler(name, values["handlers"][name], events)
        elif kind == "script":
            form = self.script_form
            self.script_form.show_script(values, events)
        elif kind == "scenario":
            form = self.scenario_form
            self.scenario_form.show_values(values)
        self._show_form(form)

    def _show_form(self, form: Form | None) -> None:
        """Only the form that is shown asks for room; without one the tree has it all."""
        self._scroll.setVisible(form is not None)
        for page in self.forms:
            fit = QSizePolicy.Policy.Preferred if page is form else QSizePolicy.Policy.Ignored
            page.setSizePolicy(QSizePolicy.Policy.Preferred, fit)
        if form is not None:
            self._stack.setCurrentWidget(form)

    def _form_shown(self) -> Form | None:
        form = self._stack.currentWidget()
        return form if isinstance(form, Form) and self.tree.key[0] in FORMS else None

    def _choose_and_name(self, kind: str, name: str) -> None:
        self.tree.choose(kind, name)
        self._show_chosen()
        self.tree.setFocus()
        self.tree.edit_name()

    # Made once

    def _place(self) -> None:
        self.new_event = self._button("New event", "Define an event")
        self.new_event.clicked.connect(self.add_event)
        self.new_handler = self._button("New handler", "Attach a handler to the chosen event")
        self.new_handler.clicked.connect(self.add_handler)
        self.delete = self._button("", "Delete the chosen event or handler (Del)")
        self.delete.clicked.connect(self.delete_chosen)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(6, 3, 6, 3)
        buttons.addWidget(self.new_event)
        buttons.addWidget(self.new_handler)
        buttons.addStretch(1)
        buttons.addWidget(self.delete)
        self._stack = QStackedWidget(self)
        for page in self.forms:
            self._stack.addWidget(page)
        scroll = self._scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._stack)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.tree)
        splitter.addWidget(scroll)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        self.tree.setMinimumHeight((self.tree.fontMetrics().height() + 4) * ROWS)
        editing = QWidget(self)
        column = QVBoxLayout(editing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(buttons)
        column.addWidget(self.error)
        column.addWidget(splitter, 1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(editing)
        self._pages.addWidget(self._no_document)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._pages)

    def _button(self, text: str, what: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(14, 14))
        button.setAutoRaise(True)
        button.setAccessibleName(what)
        button.setToolTip(what)
        return button


def _rename(document: Document, kind: str, old: str, new: str) -> None:
    if kind == "event":
        document.rename_event(old, new)
    else:
        document.rename_handler(old, new)


def _reason(error: UserError) -> str:
    return f"{error.problem} ({error.hint})" if error.hint else error.problem


def _free(name: str, taken: Any) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{number}"
    return free
