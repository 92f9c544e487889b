"""Which axis the timeline has, and its scale for what is in the picture now.

To find what to fold costs a look at every call: of a large trace it is done beside the Qt thread, and while records
arrive only now and then.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from bus.picture.idle import folded
from bus.picture.scale import LINEAR, Mode, Scale, StepScale
from bus.session import Session
from bus.trace import Trace
from ui.pace import Pace
from ui.row_search import RowSearch
from ui.timeline.content import Content

AGAIN_S, SELDOM_S = 0.5, 5.0
"""Between two looks for what to fold while records arrive; a large trace stands still meanwhile, so more seldom."""


class TimeAxis(QObject):
    """Which time axis is shown: to scale at first, with idle gaps folded, or step by step."""

    mode_changed = Signal(str)
    scale_changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._folding = RowSearch(session, self, shown=self._trace_shown)
        self._folding.found.connect(self._folded)
        self._pace = Pace(self)
        self._pace.due.connect(self._look_again)
        self._content: Content | None = None
        self.mode: Mode = "linear"
        self.scale: Scale = LINEAR

    def choose(self, mode: Mode, content: Content) -> None:
        """Show time on another axis."""
        if mode != self.mode:
            self.mode = mode
            self.show(content)
            self.mode_changed.emit(mode)

    def show(self, content: Content) -> None:
        """The scale for this content; where that takes long, the one of before is seen until then."""
        self._content = content
        if self.mode == "compressed":
            if self._folding.pays:
                self._folding.start(folded)
            else:
                self._become(folded(content.trace))
        else:
            self._folding.forget()
            self._become(LINEAR if self.mode == "linear" else StepScale(content.trace, content.emits, content.now_ns))

    def follow(self, content: Content) -> None:
        """Bring the axis up to date with new records."""
        if self.mode == "steps":
            self.show(content)
        elif self.mode == "compressed":
            self._pace.ask()

    def _look_again(self) -> None:
        if self._content is not None and self.mode == "compressed":
            with self._pace.measured(SELDOM_S if self._folding.pays else AGAIN_S):
                self.show(self._content)

    def _trace_shown(self) -> Trace:
        return self._session.trace if self._content is None else self._content.trace

    def _folded(self, scale: Any) -> None:
        if self.mode == "compressed":
            self._become(scale)

    def _become(self, scale: Scale) -> None:
        if scale is not self.scale:
            self.scale = scale
            self.scale_changed.emit()
