"""The context menu of a node or an edge of a map."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from bus.analysis.topology import NodeKind, Topology
from bus.analysis.topology.grouping import is_group
from ui.panels.map.picture import Hit
from ui.panels.map.selected import rows_of

BREAKABLE = (NodeKind.EVENT, NodeKind.HANDLER)


class MapMenu(QMenu):
    """One menu for everything on the map; it is told what it is about before it opens."""

    rows_wanted = Signal(object)
    """A Hit: its rows are to be seen in the tables."""

    centre_wanted = Signal(object)
    """A Hit: the map is to be around it."""

    group_wanted = Signal(object)
    """A Hit: a group is to be opened."""

    break_wanted = Signal(object)
    """A Hit: what comes to this event or handler is to be held, or no more."""

    groups_closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._hit: Hit | None = None
        self._name = ""
        self.rows = self._add("Show Its Rows", "Enter")
        self.centre = self._add("Centre the Map Here")
        self.open = self._add("Open the Group")
        self.close_groups = self._add("Close All Groups")
        self.hold = self._add("Break Here")
        self.hold.setToolTip("Hold what comes there; again: no more")
        self.addSeparator()
        self.copy = self._add("Copy Name")
        self.rows.triggered.connect(self._rows)
        self.centre.triggered.connect(self._centre)
        self.open.triggered.connect(self._open)
        self.close_groups.triggered.connect(self.groups_closed)
        self.hold.triggered.connect(self._hold)
        self.copy.triggered.connect(self._copy)

    def prepare(self, topology: Topology, hit: Hit, *, opened: bool) -> None:
        """Say what can be done with it. opened: whether any group is open."""
        self._hit = hit
        rows = rows_of(topology, hit)
        self.rows.setText(f"Show Its {rows[0].capitalize()}\tEnter" if rows else "Show Its Rows")
        self.rows.setEnabled(rows is not None)
        node = topology.nodes[hit.place] if hit.kind == "node" else None
        self._name = node.text if node else ""
        self.centre.setVisible(node is not None)
        self.hold.setVisible(node is not None and node.kind in BREAKABLE and not is_group(node))
        self.copy.setVisible(node is not None)
        self.open.setVisible(node is not None and is_group(node))
        self.close_groups.setVisible(opened)

    def show_for(self, topology: Topology, hit: Hit, place: QPoint, *, opened: bool) -> None:
        """Open it at a place of the screen."""
        self.prepare(topology, hit, opened=opened)
        self.popup(place)

    def _rows(self) -> None:
        self.rows_wanted.emit(self._hit)

    def _centre(self) -> None:
        self.centre_wanted.emit(self._hit)

    def _open(self) -> None:
        self.group_wanted.emit(self._hit)

    def _hold(self) -> None:
        self.break_wanted.emit(self._hit)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._name)

    def _add(self, text: str, key: str = "") -> QAction:
        action = QAction(f"{text}\t{key}" if key else text, self)
        self.addAction(action)
        return action
