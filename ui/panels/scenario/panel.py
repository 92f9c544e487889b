"""The scenario panel: events, handlers, services and script as a tree, and a form for what is chosen.

Every edit goes through the session's Document, which checks it, and makes it undoable; what was typed and cannot be
taken stays in its field, with the reason beside it, until it is right or taken back.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from bus.errors import UserError
from bus.scenario import Document
from bus.scenario.drafts import Draft, FieldPath, owner, place_of, reason, under
from bus.scenario.edits import added, free_name, service_removed
from bus.scenario.lines import path_at
from bus.scenario.loops import offered_emit
from bus.session import Session
from ui.icons import icon
from ui.panels.scenario.event import EventForm
from ui.panels.scenario.fields import Step, read_names
from ui.panels.scenario.form import Form
from ui.panels.scenario.handler import HandlerForm
from ui.panels.scenario.included_hint import IncludedHint
from ui.panels.scenario.inputs import FieldInput, InlineError, Typed
from ui.panels.scenario.part_buttons import PartButtons
from ui.panels.scenario.remarks import Remarks
from ui.panels.scenario.script import FaultsForm, ScenarioForm, ScriptForm
from ui.panels.scenario.service import ServiceForm
from ui.panels.scenario.tree import NAMED_KINDS, ScenarioTree
from ui.theme import ThemeSource
from ui.widgets.empty_hint import EmptyHint
from ui.widgets.wrapped_label import WrappedLabel

ROWS = 4
"""Lines of text that the tree has room for, however large the form."""

TREE_SHARE = 0.4
"""How much of the panel the tree may take at first: the form is what is worked in."""

FORMS = ("scenario", "event", "handler", "service", "script", "faults")
"""What has a form; headings have none."""


class ScenarioPanel(QWidget):
    """The panel that shows the session's document and edits it: a tree, and a form of what is chosen there."""

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
        self._share = 0.0
        self._revealed: FieldInput | None = None
        self._reveal_later = QTimer(self)
        self._reveal_later.setSingleShot(True)
        self._reveal_later.setInterval(0)
        self._reveal_later.timeout.connect(self._reveal_now)
        self.setAccessibleName("Scenario")
        self.tree = ScenarioTree(themes, self)
        self.error = InlineError(themes, self)
        self.error.setContentsMargins(8, 2, 8, 4)
        self.notice = WrappedLabel("", self)
        self.notice.setContentsMargins(8, 2, 8, 4)
        self.notice.setAccessibleName("What the change did")
        self.notice.hide()
        self.remarks = Remarks(themes, self)
        self.remarks.line_wanted.connect(self.show_line)
        self.event_form = EventForm(themes)
        self.handler_form = HandlerForm(themes)
        self.service_form = ServiceForm(themes)
        self.script_form = ScriptForm(themes)
        self.faults_form = FaultsForm(themes)
        self.scenario_form = ScenarioForm(themes)
        self.included = IncludedHint()
        self._no_form = EmptyHint("Nothing to edit here", "Choose an event, a handler, a service or the script.")
        self._no_document = EmptyHint("No scenario", "Open one, or make a new one with File > New Scenario.")
        self._place()
        self.tree.chosen.connect(self._show_chosen)
        # Later: the tree is made anew, which must not happen while its own editor closes.
        self.tree.rename_wanted.connect(self._rename, Qt.ConnectionType.QueuedConnection)
        self.tree.add_event_wanted.connect(self.add_event)
        self.tree.add_handler_wanted.connect(self.add_handler)
        self.tree.add_service_wanted.connect(self.add_service)
        self.tree.delete_wanted.connect(self.delete_chosen)
        self.tree.move_wanted.connect(self.move_handler)
        for form in self.forms:
            form.typed.connect(self._typed)
            form.rearranged.connect(self._rearrange)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.refresh_document()

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms of the panel, hidden ones included."""
        lists = (self.script_form, self.faults_form)
        return (self.event_form, self.handler_form, self.service_form, *lists, self.scenario_form)

    # What wiring tells it

    def refresh_document(self) -> None:
        """Show the document where it is another one, or was changed by somebody else."""
        document = self._session.document
        seen = (id(document), document.revision if document else 0)
        if seen != self._seen:
            self._seen = seen
            self.error.say("")
            self.remarks.look_at(document)
            self._show_document()
            if document is not None:
                self._tell(document)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        icons = {
            "event": self.buttons.new_event,
            "handler": self.buttons.new_handler,
            "service": self.buttons.new_service,
            "remove": self.buttons.delete,
        }
        for name, button in icons.items():
            button.setIcon(icon(name, theme))
        if self._session.document is not None:
            self._show_tree(self._session.document)

    # Verbs

    def add_event(self) -> None:
        """Define an event and let its name be typed."""
        document = self._session.document
        if document is not None:
            name = free_name("new.event", document.scenario.events)
            if self._edit(lambda document: document.add_event(name)):
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
        name = free_name("new_handler", document.scenario.handlers)
        if self._edit(lambda document: document.add_handler(name, event)):
            self._choose_and_name("handler", name)

    def add_service(self) -> None:
        """Define a service and let its name be typed."""
        document = self._session.document
        if document is not None:
            name = free_name("new_service", document.scenario.services)
            if self._edit(lambda document: document.edit(f"Add service {name}", added("services", name, {}))):
                self._choose_and_name("service", name)

    def delete_chosen(self) -> None:
        """Delete the chosen event, handler or service."""
        kind, name = self.tree.key
        if kind == "event":
            self._edit(lambda document: document.remove_event(name))
        elif kind == "handler":
            self._edit(lambda document: document.remove_handler(name))
        elif kind == "service":
            self._edit(lambda document: document.edit(f"Delete service {name}", service_removed(name)))
        self._show_chosen()

    def move_handler(self, by: int) -> None:
        """Change when the chosen handler is called among the others."""
        kind, name = self.tree.key
        document = self._session.document
        if kind == "handler" and document is not None:
            own = list(document.values["handlers"])
            to = own.index(name) + by if name in own else -1
            if 0 <= to < len(own):
                self._edit(lambda document: document.move_handler(name, to))

    def show_draft(self, draft: Draft) -> None:
        """Go to a field whose text is a mistake."""
        prefix = owner(draft.path)
        self.tree.choose(*prefix)
        self._show_chosen()
        form = self._form_shown()
        field = form.go_to(draft.path[len(place_of(*prefix)) :]) if form is not None else None
        if field is not None:
            self._reveal(field)

    def show_line(self, line: int) -> bool:
        """Go to the step, handler or event at a line of the scenario's text; whether there is one."""
        document = self._session.document
        path = path_at(document.text, line) if document is not None else ()
        if not path:
            return False
        prefix = owner(path)
        self.tree.choose(*prefix)
        self._show_chosen()
        form, rest = self._form_shown(), path[len(place_of(*prefix)) :]
        if form is not None and rest:
            form.go_to(rest)
            if form.inputs():
                self._reveal(form.inputs()[-1])
        return True

    def _rename(self, kind: str, old: str, new: str) -> None:
        """From the tree: what cannot be taken stands in the form, as typed."""
        path = (*place_of(kind, old), "name")
        self._take(Typed(path, new, new), path)
        self._show_chosen()

    def _typed(self, typed: Typed) -> None:
        self._take(typed, (*place_of(*self.tree.key), *typed.path))
        self._refresh_form()
        form = self._form_shown()
        wrong = [each for each in form.inputs() if each.draft is not None] if form is not None else []
        if wrong and self._at_hand(wrong):
            self._reveal(self._at_hand(wrong)[0])

    def _at_hand(self, fields: list[FieldInput]) -> list[FieldInput]:
        return [each for each in fields if each.isAncestorOf(self._focused()) or each.widget is self._focused()]

    def _focused(self) -> QWidget:
        return QApplication.focusWidget() or self

    def _take(self, typed: Typed, path: FieldPath) -> None:
        """Let the document have what was typed, or keep it as it is."""
        document = self._session.document
        if document is None:
            return
        joins = f"{self._turn} {path}"
        value = read_names(typed.value or "") if path[2:] == ("on",) else typed.value
        choose = None
        if typed.mistake:
            document.keep(Draft(path, typed.text, typed.mistake, readable=False), joins=joins)
        else:
            try:
                document.put(path, typed.text, value, joins=joins)
                choose = (owner(path)[0], str(value)) if path[2:] == ("name",) else None
            except UserError:
                pass  # the document keeps it, with the reason
        self._edited(document, choose)

    def _rearrange(self, path: FieldPath, steps: list[Step], order: list[int]) -> None:
        place = (*place_of(*self.tree.key), *path)
        self._edit(lambda document: document.set_steps(place, steps, order))
        self._refresh_form()

    def _edit(self, change: Callable[[Document], None]) -> bool:
        """Make an edit and show it, or say why it was refused."""
        document = self._session.document
        if document is None:
            return False
        try:
            change(document)
        except UserError as error:
            self.error.say(reason(error))
            return False
        self._edited(document)
        return True

    def _edited(self, document: Document, choose: tuple[str, str] | None = None) -> None:
        self._seen = (id(document), document.revision)
        self.remarks.look_at(document)
        self.error.say("")
        self._tell(document)
        self._show_tree(document, choose)
        self.edited.emit()

    def _tell(self, document: Document) -> None:
        """What the edit did beyond what was asked for."""
        self.notice.setText("\n".join(document.told))
        self.notice.setVisible(bool(document.told))

    # What is shown

    def _show_document(self) -> None:
        document = self._session.document
        self._pages.setCurrentIndex(0 if document is not None else 1)
        if document is not None:
            # Something is always chosen: the first click must not make room for a form under the pointer.
            self._show_tree(document, None if self.tree.key[0] else ("scenario", ""))
            self._show_chosen()
            self._split()

    def _show_tree(self, document: Document, choose: tuple[str, str] | None = None) -> None:
        wrong: dict[tuple[str, str], str] = {}
        for draft in document.drafts:
            wrong[owner(draft.path)] = str(draft)
        blocked = self.tree.blockSignals(True)
        self.tree.show_scenario(document, wrong)
        if choose is not None:
            self.tree.choose(*choose)
        self.tree.blockSignals(blocked)

    def _show_chosen(self) -> None:
        document = self._session.document
        self._turn += 1
        self._scroll.verticalScrollBar().setValue(0)
        kind, name = self.tree.key
        if document is None:
            return
        file, _ = document.origins.of(place_of(kind, name))
        self.buttons.delete.setEnabled(kind in NAMED_KINDS and not file)
        if file:
            self.included.say(name, file, document.path)
            self._show_form(self.included)
            return
        values, events = document.values, list(document.scenario.events)
        drafts = under(document.drafts, place_of(*self.tree.key))
        form: Form | None = None
        if kind == "event":
            form = self.event_form
            self.event_form.show_event(name, values["events"][name], drafts)
        elif kind == "handler":
            form = self.handler_form
            emit = offered_emit(document.scenario, name)
            self.handler_form.show_handler(name, values["handlers"][name], events, emit, drafts)
        elif kind == "service":
            form = self.service_form
            self.service_form.show_service(name, values["services"][name], drafts)
        elif kind == "script":
            form = self.script_form
            self.script_form.show_script(values, events, offered_emit(document.scenario), drafts)
        elif kind == "faults":
            form = self.faults_form
            self.faults_form.show_faults(values, events, document.scenario.handlers, drafts)
        elif kind == "scenario":
            form = self.scenario_form
            self.scenario_form.show_values(values, drafts)
        self._show_form(form)

    def _refresh_form(self) -> None:
        """What is chosen says something else; what stands in its fields stays."""
        document, form = self._session.document, self._form_shown()
        if document is None or form is None:
            return
        kind, name = self.tree.key
        values, events = document.values, list(document.scenario.events)
        drafts = under(document.drafts, place_of(*self.tree.key))
        if kind == "event":
            self.event_form.refresh_schema((values["events"][name] or {}).get("schema"))
        elif kind == "handler":
            emit = offered_emit(document.scenario, name)
            self.handler_form.refresh(values["handlers"][name], events, emit, drafts)
        elif kind == "service":
            self.service_form.refresh(values["services"][name])
        elif kind == "script":
            self.script_form.show_script(values, events, offered_emit(document.scenario), drafts)
        elif kind == "faults":
            self.faults_form.show_faults(values, events, document.scenario.handlers, drafts)
        form.mark(under(document.drafts, place_of(*self.tree.key)))

    def _reveal(self, field: FieldInput) -> None:
        """The field and what is said of it are in view once they have their places."""
        self._revealed = field
        self._reveal_later.start()

    def _reveal_now(self) -> None:
        if self._revealed is not None and isValid(self._revealed):
            self._scroll.ensureWidgetVisible(self._revealed, 0, 12)
            self._scroll.horizontalScrollBar().setValue(0)
        self._revealed = None

    def _show_form(self, form: Form | IncludedHint | None) -> None:
        """Only what is shown asks for room. Tree and form share it in the same way whatever is chosen: what holds still
        can be clicked."""
        shown = form if form is not None else self._no_form
        for page in (*self.forms, self.included, self._no_form):
            fit = QSizePolicy.Policy.Preferred if page is shown else QSizePolicy.Policy.Ignored
            page.setSizePolicy(QSizePolicy.Policy.Preferred, fit)
        self._stack.setCurrentWidget(shown)

    def _form_shown(self) -> Form | None:
        form = self._stack.currentWidget()
        return form if isinstance(form, Form) and self.tree.key[0] in FORMS else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Until the person has moved the line, tree and form share the room by what they need."""
        super().resizeEvent(event)
        self._split()

    def set_split(self, share: float) -> None:
        """How much of the panel the tree takes, 0 to 1; 0: as much as it needs."""
        self._share = share
        self._split()

    @property
    def split(self) -> float:
        """The share of the panel's height above the splitter, 0 to 1, as `set_split` takes it."""
        return self._share

    def _split(self) -> None:
        whole = sum(self._splitter.sizes())
        tree = self._share * whole if self._share else min(self.tree.height_of_rows(), TREE_SHARE * whole)
        self._splitter.setSizes([round(tree), round(whole - tree)])

    def _remember_split(self) -> None:
        sizes = self._splitter.sizes()
        self._share = sizes[0] / max(sum(sizes), 1)

    def _choose_and_name(self, kind: str, name: str) -> None:
        self.tree.choose(kind, name)
        self._show_chosen()
        self.tree.setFocus()
        self.tree.edit_name()

    # Made once

    def _place(self) -> None:
        self.buttons = PartButtons(self)
        self.buttons.new_event.clicked.connect(self.add_event)
        self.buttons.new_handler.clicked.connect(self.add_handler)
        self.buttons.new_service.clicked.connect(self.add_service)
        self.buttons.delete.clicked.connect(self.delete_chosen)
        self._stack = QStackedWidget(self)
        for page in (*self.forms, self.included, self._no_form):
            self._stack.addWidget(page)
        scroll = self._scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        scroll.setWidget(self._stack)
        splitter = self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.tree)
        splitter.addWidget(scroll)
        splitter.setChildrenCollapsible(False)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.splitterMoved.connect(self._remember_split)
        self.tree.setMinimumHeight((self.tree.fontMetrics().height() + 4) * ROWS)
        editing = QWidget(self)
        column = QVBoxLayout(editing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.buttons)
        column.addWidget(self.error)
        column.addWidget(self.notice)
        column.addWidget(splitter, 1)
        column.addWidget(self.remarks)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(editing)
        self._pages.addWidget(self._no_document)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._pages)
