"""Names that are looked for on the map, and the lists that one click gives."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from bus.analysis.topology import Topology, questions
from bus.analysis.topology.looks import bus_words
from ui.panels.map.bar import Listed, MapBar
from ui.panels.map.canvas import MapCanvas
from ui.panels.map.contents import MapContents


class MapFinding(QObject):
    """Marks what is looked for, goes from one to the next, and fills the menu of lists before it opens."""

    wanted = Signal(object)
    """Key of a node that is to be seen."""

    def __init__(self, bar: MapBar, canvas: MapCanvas, contents: MapContents, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._canvas, self._contents = bar, canvas, contents
        self._last = -1
        """Where in the whole map the one is that was gone to."""

        bar.looked_for.connect(self._look)
        bar.found_wanted.connect(self.go_on)
        bar.lists.menu().aboutToShow.connect(self.fill_lists)

    def mark(self) -> None:
        """Tell apart what is looked for, in the picture of now."""
        picture = self._canvas.picture
        found = found_in(picture.topology, self._bar.search.text()) if picture is not None else []
        self._canvas.mark(self._canvas.marked.selected, frozenset(found))

    def go_on(self) -> None:
        """To the next one whose name has what is looked for, in the whole map."""
        topology = self._contents.topology
        found = found_in(topology, self._bar.search.text()) if topology is not None else []
        if topology is not None and found:
            self._last = next((place for place in found if place > self._last), found[0])
            self.wanted.emit(topology.nodes[self._last].key)

    def fill_lists(self) -> None:
        """Say what there is now."""
        self._bar.show_lists(lists_of(self._contents.topology or Topology((), ())))

    def _look(self, _text: str) -> None:
        self._last = -1
        self.mark()


def found_in(topology: Topology, text: str) -> list[int]:
    """Nodes whose names have a text in them, whatever its case; none for an empty text."""
    wanted = text.strip().casefold()
    return [place for place, node in enumerate(topology.nodes) if wanted in node.text.casefold()] if wanted else []


def lists_of(topology: Topology) -> dict[str, Listed]:
    """By their titles: what each entry is called, and the key of the node that it leads to."""
    nodes, edges = topology.nodes, topology.edges
    return {
        "Emitted and never handled": [
            (_named(topology, at), nodes[at].key) for at in questions.never_handled(topology)
        ],
        "Registered and never called": [
            (f"{nodes[edges[at].target].text} for {_named(topology, edges[at].source)}", nodes[edges[at].target].key)
            for at in questions.never_called(topology)
        ],
        "Many emitters": [
            (f"{_named(topology, at)} by {len(questions.emitters(topology, at))}", nodes[at].key)
            for at in questions.many_emitters(topology)
        ],
    }


def _named(topology: Topology, place: int) -> str:
    node = topology.nodes[place]
    return f"{node.text} on {bus_words(node)}" if node.bus else node.text
