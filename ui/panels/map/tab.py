"""The tab of the map: who emits and who handles, around what is selected, with live numbers on the edges."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QFontMetricsF, QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout

from bus.analysis.topology.grouping import GroupKey, is_group
from bus.analysis.topology.selection import key_of
from bus.analysis.topology.view import MapWish, place_in
from bus.wording import several
from ui.panels.map.bar import WHOLE, MapBar
from ui.panels.map.canvas import MapCanvas
from ui.panels.map.contents import MapContents
from ui.panels.map.exporting import MapExport
from ui.panels.map.finding import MapFinding
from ui.panels.map.legend import MapLegend
from ui.panels.map.letters import letters_of
from ui.panels.map.menu import MapMenu
from ui.panels.map.picture import Hit, MapPicture
from ui.panels.map.selected import newest_of, rows_of
from ui.panels.tab import Tab, TabParts
from ui.widgets.empty_hint import EmptyHint

MANY = 60
"""Nodes of a map from which on names are grouped until a person says otherwise."""

NOTHING = "No map yet", "Run the scenario (F5) or open a capture: who emits and who handles appears here."
NOT_HERE = "Nothing here", "What is selected is not on this map. Select something else, or choose Whole map."


class MapTab(Tab):
    """The map, the choices above it and the legend below; joins it with the selection of the window."""

    name = "Map"
    tip = "Who emits and who handles"

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session = parts.session
        self.bar = MapBar(self)
        self.canvas = MapCanvas(parts.themes, self)
        self.hint = EmptyHint(*NOTHING, parent=self)
        self.contents = MapContents(parts.session, letters_of(QFontMetricsF(self.canvas.font())), self)
        self.menu = MapMenu(self)
        self.export = MapExport(self)
        self.finding = MapFinding(self.bar, self.canvas, self.contents, self)
        self._centre: GroupKey | None = None
        """Around what the map is, where it is not whole."""

        self._selected: GroupKey | None = None
        """The node that is told apart."""

        self._own = ("", 0)
        """What was selected by a click on the map: that moves nothing."""

        self._opened: frozenset[GroupKey] = frozenset()
        self._drawn_for: MapWish | None = None
        self._may_group = True
        """Whether names are grouped without being asked: until a person has said what they want."""

        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.canvas)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.bar)
        rows.addWidget(self._pages, 1)
        rows.addWidget(MapLegend(parts.themes, self))
        self._connect()

    def refresh_records(self) -> None:
        """New records came; count again soon, if anybody looks."""
        if self.isVisible():
            self.contents.refresh()

    def refresh_trace(self) -> None:
        """Another trace is in view."""
        self.contents.forget()
        self._centre = self._selected = self._drawn_for = None
        self._own, self._opened, self._may_group = ("", 0), frozenset(), True
        self.canvas.show_picture(None)
        self.hint.set_text(*NOTHING)
        self._pages.setCurrentWidget(self.hint)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.canvas.refresh_theme()
        self.update()

    def refresh_selection(self, kind: str, ident: int) -> None:
        """Something else is selected in the window: it is in the middle now, unless it was chosen here."""
        if (kind, ident) == self._own:
            return
        self._own = kind, ident
        key = key_of(self._session.trace, kind, ident)
        if key is not None:
            self._centre = self._selected = key
        self._show_wished()

    def refresh_runs(self) -> None:
        """A run has begun or ended: rates or sums."""
        if self.isVisible() and self.contents.topology is not None:
            self.contents.draw()

    def showEvent(self, event: QShowEvent) -> None:
        """What came while nobody looked is counted now."""
        super().showEvent(event)
        self.contents.count()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is drawn."""
        super().hideEvent(event)
        self.contents.close()

    def _connect(self) -> None:
        contents, canvas, bar, menu = self.contents, self.canvas, self.bar, self.menu
        contents.counted.connect(self._counted)
        contents.drawn.connect(self._show)
        contents.failed.connect(self.failed)
        canvas.chosen.connect(self._choose)
        canvas.opened.connect(self._open)
        canvas.menu_wanted.connect(self._show_menu)
        canvas.font_changed.connect(self._letters_changed)
        bar.changed.connect(self._show_wished)
        bar.grouped.clicked.connect(self._group_chosen)
        bar.fit_wanted.connect(canvas.fit)
        bar.listed_chosen.connect(self.centre_on)
        self.finding.wanted.connect(self.centre_on)
        bar.export_wanted.connect(self._ask_export)
        menu.rows_wanted.connect(self._show_rows)
        menu.centre_wanted.connect(self._centre_hit)
        menu.group_wanted.connect(self._open)
        menu.groups_closed.connect(self._close_groups)
        self.export.failed.connect(self.failed)
        self.export.wrote.connect(bar.show_written)

    def centre_on(self, key: GroupKey) -> None:
        """Bring a node of the whole map into the middle."""
        self._centre = self._selected = key
        if self.bar.chosen_depth == WHOLE:
            self._reveal()
        else:
            self._show_wished()

    def _wish(self) -> MapWish:
        bar = self.bar
        around = (self._centre,) if self._centre is not None and bar.chosen_depth != WHOLE else ()
        depth = bar.chosen_depth if around else 1
        return MapWish(around, depth, idle=bar.idle.isChecked(), grouped=bar.grouped.isChecked(), opened=self._opened)

    def _show_wished(self) -> None:
        self.contents.wish(self._wish())

    def _counted(self) -> None:
        topology = self.contents.topology
        if topology is not None and self._may_group and len(topology.nodes) > MANY:
            self._may_group = False
            self.bar.grouped.setChecked(True)
        self._show_wished()

    def _show(self, picture: MapPicture) -> None:
        """Another picture is there: where only numbers are others, nothing moves."""
        topology, wish = picture.topology, self._wish()
        stay, self._drawn_for = wish == self._drawn_for, wish
        selected = self.canvas.marked.selected if stay else None
        if selected is None or selected.kind == "node" or self.canvas.picture is None:
            place = place_in(topology, self._selected) if self._selected is not None else -1
            selected = Hit("node", place) if place >= 0 else None
        elif self.canvas.picture.layout is not picture.layout:
            selected = None
        self.canvas.show_picture(picture, selected, stay=stay)
        self.finding.mark()
        self.hint.set_text(*(NOT_HERE if picture.view.whole else NOTHING))
        self._pages.setCurrentWidget(self.canvas if topology.nodes else self.hint)
        self.bar.said.setText(self._said(picture))

    def _said(self, picture: MapPicture) -> str:
        shown, whole = len(picture.topology.nodes), picture.view.whole
        parts = [f"{shown} of {several(whole, 'node')}" if shown != whole else several(whole, "node")]
        if self._centre is None and self.bar.chosen_depth != WHOLE:
            parts.append("nothing is selected")
        if picture.view.left_out:
            parts.append(f"{several(picture.view.left_out, 'node')} with the least traffic left out")
        if self.contents.is_live:
            parts.append(f"a second, within the last {picture.topology.recent_ns // 1_000_000_000} s")
        if self._session.trace.forgotten:
            parts.append("older records are not counted")
        return ", ".join(parts)

    def _choose(self, hit: Hit | None) -> None:
        """Something was chosen here: the window selects its newest call or dispatch, and the map stays where it is."""
        picture = self.canvas.picture
        if hit is None or picture is None:
            self._selected = None
            return
        self._selected = picture.topology.nodes[hit.place].key if hit.kind == "node" else None
        item = newest_of(picture.topology, hit)
        if item is not None:
            self._own = item
            self.item_wanted.emit(*item)

    def _open(self, hit: Hit) -> None:
        """A group shows what is in it; everything else its rows."""
        picture = self.canvas.picture
        if picture is None:
            return
        node = picture.topology.nodes[hit.place] if hit.kind == "node" else None
        if node is not None and is_group(node):
            self._opened |= {node.key}
            self._show_wished()
        else:
            self._show_rows(hit)

    def _close_groups(self) -> None:
        self._opened = frozenset()
        self._show_wished()

    def _group_chosen(self) -> None:
        self._may_group = False

    def _show_rows(self, hit: Hit) -> None:
        picture = self.canvas.picture
        rows = rows_of(picture.topology, hit) if picture is not None else None
        if rows is not None:
            self.rows_wanted.emit(*rows)

    def _show_menu(self, hit: Hit, place: QPoint) -> None:
        if self.canvas.picture is not None:
            self.canvas.mark(hit)
            self._choose(hit)
            self.menu.show_for(self.canvas.picture.topology, hit, place, opened=bool(self._opened))

    def _centre_hit(self, hit: Hit) -> None:
        if self.canvas.picture is not None:
            self.centre_on(self.canvas.picture.topology.nodes[hit.place].key)

    def _reveal(self) -> None:
        picture = self.canvas.picture
        place = place_in(picture.topology, self._selected) if picture is not None and self._selected is not None else -1
        if place >= 0:
            self.canvas.mark(Hit("node", place))
            self.canvas.reveal(place)

    def _letters_changed(self) -> None:
        self.contents.set_letters(letters_of(QFontMetricsF(self.canvas.font())))

    def _ask_export(self, format_id: str) -> None:
        if self.canvas.picture is not None:
            self.export.ask(format_id, self.canvas.picture.topology)
