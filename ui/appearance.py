"""How the window looks and behaves by a person's choice: applied from the settings, and kept for the next start."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from bus.settings import USUAL_FONT, Settings
from bus.trace.forgetting import usual_most
from ui.apply_theme import apply_theme
from ui.capture_layout import CaptureLayout
from ui.parts import Parts
from ui.qt_actions import QtActions


class Appearance(QObject):
    """The look of one window, and the application's font and colours, as the settings say."""

    def __init__(self, parts: Parts, actions: QtActions) -> None:
        super().__init__(parts)
        self._parts, self._actions = parts, actions
        self._font_points = USUAL_FONT
        self.capture_layout = CaptureLayout(parts.session, parts.panels)

    def begin(self) -> None:
        """Look right from the first moment."""
        settings = self._parts.store.read()
        self.apply_settings(settings)
        self._parts.scenario.set_split(settings.scenario_split)
        self.refresh_theme()

    def apply_settings(self, settings: Settings) -> None:
        """Look and behave as a person chose, from now on."""
        parts, session = self._parts, self._parts.session
        zoomed = settings.font_points != self._font_points
        self._font_points = settings.font_points
        parts.themes.set_setting(settings.theme)
        if zoomed:
            self.refresh_theme()
        parts.choices.set_speed(settings.speed)
        parts.timeline.verbs.set_time_axis(settings.time_axis)
        session.settings = settings
        session.most_records = settings.most_records or usual_most()
        session.runs.set_limits(settings.most_runs, settings.most_runs_gb)
        if session.flight is not None:
            session.flight.set_settings(settings.flight, session.trace)
        self._actions.refresh()

    def refresh_theme(self) -> None:
        """Paint everything in the colours of the theme that is chosen now."""
        app, theme = QApplication.instance(), self._parts.themes.theme
        if isinstance(app, QApplication):
            apply_theme(app, theme, self._font_points)
        self._actions.refresh_theme(theme)
        self._actions.refresh()

    def remember(self) -> None:
        """Keep how the window looks for the next start."""
        self.capture_layout.bring_back()
        parts = self._parts
        settings = parts.store.read()
        settings = replace(settings, scenario_split=parts.scenario.split)
        settings = replace(settings, theme=parts.themes.setting, speed=parts.choices.speed)
        settings = replace(settings, time_axis=parts.timeline.scene.axis.mode)
        parts.store.write(replace(settings, window_layout=parts.panels.saved()))
