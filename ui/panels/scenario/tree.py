"""The scenario as a tree: events with the number of their handlers, handlers, services, the script, faults."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QWidget

from bus.scenario import Document
from bus.scenario.drafts import NAMED
from bus.scenario.joining import Origins
from bus.wording import several
from ui.icons import icon
from ui.theme import ThemeSource

KIND, NAME = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
ICONS = {
    "scenario": "file", "event": "event", "handler": "handler", "service": "service", "script": "script",
    "faults": "fault",
}  # fmt: skip
NAMED_KINDS = tuple(NAMED.values())
WIDE = 22
"""Letters (m) from which the tree has room for words beside the names."""

Key = tuple[str, str]
"""Kind ("scenario", "event", "handler", "service", "script", "faults", or a section such as "events") and name."""


class ScenarioTree(QTreeWidget):
    """The tree of events, handlers, services and script; names are edited in place, and what is wanted is emitted."""

    chosen = Signal()
    rename_wanted = Signal(str, str, str)
    """Kind, old and new name."""

    add_event_wanted = Signal()
    add_handler_wanted = Signal()
    add_service_wanted = Signal()
    delete_wanted = Signal()
    move_wanted = Signal(int)
    break_wanted = Signal(str, str)
    """Kind and name: what comes to this event or handler is to be held, or no more."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._wrong: Mapping[Key, str] = {}
        self._origins = Origins()
        self.setAccessibleName("Events, handlers, services and script")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(10)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.currentItemChanged.connect(self._chosen)
        self.itemChanged.connect(self._renamed)
        self.menu = QMenu(self)
        self.rename = self._action("Rename", "F2")
        self.rename.triggered.connect(self.edit_name)
        self.delete = self._action("Delete", "Del")
        self.delete.triggered.connect(self.delete_wanted)
        self.break_here = self._action("Break Here", "")
        self.break_here.setToolTip("Hold what comes to this event or handler; again: no more")
        self.break_here.triggered.connect(self._break)
        self.menu.addSeparator()
        self.add_event = self._action("New event", "")
        self.add_event.triggered.connect(self.add_event_wanted)
        self.add_handler = self._action("New handler of this event", "")
        self.add_handler.triggered.connect(self.add_handler_wanted)
        self.add_service = self._action("New service", "")
        self.add_service.triggered.connect(self.add_service_wanted)
        self.menu.addSeparator()
        self.up = self._action("Call earlier", "Alt+Up")
        self.up.triggered.connect(self._move_up)
        self.down = self._action("Call later", "Alt+Down")
        self.down.triggered.connect(self._move_down)

    @property
    def key(self) -> Key:
        """Section and name of what is chosen in the tree."""
        item = self.currentItem()
        return _key(item) if item is not None else ("", "")

    def show_scenario(self, document: Document, wrong: Mapping[Key, str]) -> None:
        """Show it; the choice and what is folded stay. wrong: what has fields with a mistake, and which."""
        scenario, title = document.scenario, document.title
        self._wrong, self._origins = wrong, document.origins
        key, folded = self.key, {_key(item) for item in self._items() if not item.isExpanded()}
        blocked = self.blockSignals(True)
        self.clear()
        included = len(document.texts.included)
        beside = f"{several(included, 'file')} included" if included else ""
        self._add(None, "scenario", "", scenario.name or title, beside)
        events = self._add(None, "events", "", "Events")
        for name in scenario.events:
            count = len({*scenario.handlers_of(name), *scenario.awaiting(name)})
            heard = f"{count} handler{'s' if count != 1 else ''}" if count else "no handler"
            item = self._add(events, "event", name, name)
            item.setData(1, KIND, count)
            item.setToolTip(1, heard if count else "nobody listens: it is lost")
            if not count:
                item.setForeground(1, QColor(self._themes.theme.warning))
        handlers = self._add(None, "handlers", "", "Handlers")
        for name, handler in scenario.handlers.items():
            item = self._add(handlers, "handler", name, name)
            if ("handler", name) not in wrong:
                item.setToolTip(0, f"{name}: on {', '.join(handler.patterns)}{self._file_of('handler', name)[1]}")
        services = self._add(None, "services", "", "Services", "" if scenario.services else "none")
        for name, service in scenario.services.items():
            self._add(services, "service", name, name, several(service.workers, "worker"))
        self._add(None, "script", "", "Script", _count(document, "script", "step"))
        self._add(None, "faults", "", "Faults", _count(document, "faults", "fault") if scenario.faults else "none")
        for item in self._items():
            item.setExpanded(_key(item) not in folded or _key(item)[0] not in NAMED)
        self._show_counts()
        self.blockSignals(blocked)
        self.choose(*key)
        self._refresh_actions()

    def choose(self, kind: str, name: str = "") -> bool:
        """Choose what has this kind and name."""
        for item in self._items():
            if _key(item) == (kind, name):
                self.setCurrentItem(item)
                return True
        return False

    def height_of_rows(self) -> int:
        """Pixels that all open rows need."""
        rows, index = 0, self.model().index(0, 0)
        while index.isValid():
            rows, index = rows + 1, self.indexBelow(index)
        return rows * max(self.sizeHintForRow(0), self.fontMetrics().height() + 4) + 2 * self.frameWidth() + 2

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is chosen stays in view."""
        super().resizeEvent(event)
        self._show_counts()
        item = self.currentItem()
        if item is not None:
            self.scrollToItem(item)

    def edit_name(self) -> None:
        """Edit the chosen name in place."""
        item = self.currentItem()
        if item is not None and _key(item)[0] in NAMED_KINDS:
            self.editItem(item, 0)

    def _show_counts(self) -> None:
        """How many handlers hear each event: in words, in a narrow tree as a number beside their icon."""
        wide = self.viewport().width() >= self.fontMetrics().horizontalAdvance("m") * WIDE
        blocked = self.blockSignals(True)
        for item in self._items():
            count = item.data(1, KIND)
            if isinstance(count, int):
                words = f"{count} handler{'s' if count != 1 else ''}" if count else "no handler"
                item.setText(1, words if wide else str(count))
                item.setIcon(1, QIcon() if wide else icon("handler", self._themes.theme))
        self.blockSignals(blocked)

    def _items(self) -> list[QTreeWidgetItem]:
        found: list[QTreeWidgetItem] = []
        waiting = [self.invisibleRootItem()]
        while waiting:
            parent = waiting.pop()
            children = [child for at in range(parent.childCount()) if (child := parent.child(at)) is not None]
            found += children
            waiting += children
        return found

    def _add(
        self, parent: QTreeWidgetItem | None, kind: str, name: str, text: str, beside: str = ""
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text, beside])
        item.setData(0, KIND, kind)
        item.setData(0, NAME, name)
        item.setToolTip(0, text)
        item.setForeground(1, QColor(self._themes.theme.muted))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if (kind, name) in self._wrong:
            item.setIcon(0, icon("failed", self._themes.theme))
            item.setToolTip(0, self._wrong[kind, name])
        elif kind in ICONS:
            item.setIcon(0, icon(ICONS[kind], self._themes.theme))
        if kind not in ICONS:
            font = self.font()
            font.setBold(True)
            item.setFont(0, font)
        if kind in NAMED_KINDS:
            file, told = self._file_of(kind, name)
            if file:
                item.setForeground(0, QColor(self._themes.theme.muted))
                item.setToolTip(0, text + told)
            else:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _file_of(self, kind: str, name: str) -> tuple[str, str]:
        """The file that it is included from, and words for that; empty where it stands in the scenario's own."""
        file, _ = self._origins.of((f"{kind}s", name))
        return file, f"\nIncluded from {file}, and edited there" if file else ""

    def _chosen(self) -> None:
        self._refresh_actions()
        self.chosen.emit()

    def _refresh_actions(self) -> None:
        kind = self.key[0]
        is_own = not self._file_of(*self.key)[0]
        for action in (self.rename, self.delete):
            action.setEnabled(kind in NAMED_KINDS and is_own)
        self.break_here.setEnabled(kind in ("event", "handler"))
        for action in (self.up, self.down):
            action.setEnabled(kind == "handler" and is_own)
        self.add_handler.setText("New handler of this event" if kind == "event" else "New handler")

    def _renamed(self, item: QTreeWidgetItem, column: int) -> None:
        kind, name = _key(item)
        text = item.text(0).strip()
        if column == 0 and kind in NAMED_KINDS and text != name:
            self.rename_wanted.emit(kind, name, text)

    def _show_menu(self, place: QPoint) -> None:
        self.menu.popup(self.viewport().mapToGlobal(place))

    def _break(self) -> None:
        self.break_wanted.emit(*self.key)

    def _move_up(self) -> None:
        self.move_wanted.emit(-1)

    def _move_down(self) -> None:
        self.move_wanted.emit(1)

    def _action(self, text: str, keys: str) -> QAction:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.menu.addAction(action)
        self.addAction(action)
        return action


def _count(document: Document, section: str, one: str) -> str:
    """How many there are in a list, and how many of them are included."""
    own, all_ = len(document.values.get(section) or []), len(getattr(document.scenario, section))
    return several(all_, one) + (f", {all_ - own} included" if all_ > own else "")


def _key(item: QTreeWidgetItem) -> Key:
    return str(item.data(0, KIND)), str(item.data(0, NAME))
