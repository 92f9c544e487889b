"""Room for a capture: the panels of a scenario are put away while a capture is in view and no scenario is open.

They come back with a scenario, as they were; a panel that the person closed or brought back is left alone.
"""

from __future__ import annotations

from bus.session import Session
from ui.layout import DockLayout

PANELS = frozenset({"scenario", "emit"})


class CaptureLayout:
    """Puts the panels of a scenario away while a capture is in view.

    Asked when something was opened, never while records come.
    """

    def __init__(self, session: Session, layout: DockLayout) -> None:
        self._session = session
        self._layout = layout
        self._put_away: frozenset[str] = frozenset()

    def refresh(self) -> None:
        """A scenario or a capture was opened, or closed."""
        session = self._session
        has_capture = session.loading is not None or session.following is not None or len(session.trace.dispatches) > 0
        if session.document is not None:
            self.bring_back()
        elif has_capture and not self._put_away:
            self._put_away = PANELS & self._layout.shown
            for panel in self._put_away:
                self._layout.toggle(panel)

    def bring_back(self) -> None:
        """What was put away; also before the arrangement is remembered for the next start."""
        for panel in sorted(self._put_away - self._layout.shown):
            self._layout.toggle(panel)
        self._put_away = frozenset()
