"""The colours of the window, light and dark: one accent, and colours that mean something.

Red means failed and nothing else, amber means lost or slow, grey means idle. tests/gui/test_theme.py holds every pair
of text and ground to WCAG AA.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette

from bus.settings import USUAL_FONT

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
MONOSPACE = "JetBrains Mono"
SIZES = {"usual_size": 1.0, "name_size": 1.15, "title_size": 2.1}
"""Of letters, as shares of the size that a person chose: a style sheet knows no shares."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, as #rrggbb."""

    name: str
    background: str
    """Behind lists, tables, editors and the timeline."""

    surface: str
    """Behind panels, bars and menus."""

    raised: str
    """Buttons, headers, chips and tooltips."""

    hover: str
    border: str
    """Lines between areas; never the only sign of anything."""

    control: str
    """Edges of what can be typed into or switched: 3:1 on every ground."""

    text: str
    muted: str
    """Secondary text, readable as well."""

    accent: str
    on_accent: str
    """Text on the accent."""

    failed: str
    warning: str
    """Lost and slow."""

    failed_ground: str
    warning_ground: str
    ok: str
    """Bars of calls that went well."""

    idle: str
    """Bars of time in which nothing happened; also what waits."""

    lane: str
    lane_alternate: str
    selection: str
    """Behind selected rows and text, which keep the colour of text."""

    @property
    def dark(self) -> bool:
        """Whether light text stands on a dark ground."""
        return QColor(self.background).lightness() < QColor(self.text).lightness()


LIGHT = Theme(
    name="light",
    background="#ffffff",
    surface="#f5f6f8",
    raised="#eceef2",
    hover="#e1e5eb",
    border="#d3d8df",
    control="#848c98",
    text="#1b2027",
    muted="#545d69",
    accent="#2456c7",
    on_accent="#ffffff",
    failed="#bd1f2d",
    warning="#8a5000",
    failed_ground="#fdeced",
    warning_ground="#fdf3df",
    ok="#5b8db8",
    idle="#858d99",
    lane="#ffffff",
    lane_alternate="#f7f8fa",
    selection="#d3e1fb",
)

DARK = Theme(
    name="dark",
    background="#14171c",
    surface="#1b1f26",
    raised="#262c35",
    hover="#303743",
    border="#363d49",
    control="#727c8b",
    text="#e3e7ed",
    muted="#a3adba",
    accent="#86aeff",
    on_accent="#0c1423",
    failed="#ff7b7b",
    warning="#e8ab48",
    failed_ground="#3a1f24",
    warning_ground="#352a15",
    ok="#4d84b3",
    idle="#646e7c",
    lane="#14171c",
    lane_alternate="#191d23",
    selection="#22355a",
)

SETTINGS = ("system", "light", "dark")
"""What a person may choose; system follows the desktop."""


def theme_of(setting: str, app: QGuiApplication | None) -> Theme:
    """The theme that a setting means here and now."""
    if setting in ("light", "dark"):
        return DARK if setting == "dark" else LIGHT
    return DARK if app is not None and _system_is_dark(app) else LIGHT


def _system_is_dark(app: QGuiApplication) -> bool:
    return app.styleHints().colorScheme() == Qt.ColorScheme.Dark


def stylesheet(theme: Theme, points: float = USUAL_FONT) -> str:
    """The style sheet of the whole program in this theme's colours, around letters of so many points."""
    text = (RESOURCES / "themes" / "window.qss").read_text(encoding="utf-8")
    icons = (RESOURCES / "icons" / "controls").as_posix()
    sizes = {name: f"{points * share:.2f}pt" for name, share in SIZES.items()}
    return Template(text).substitute(asdict(theme), icons=icons, monospace=MONOSPACE, **sizes)


def palette(theme: Theme) -> QPalette:
    """The colours for what the style paints itself."""
    roles = QPalette.ColorRole
    colours = QPalette()
    for role, colour in {
        roles.Window: theme.surface,
        roles.WindowText: theme.text,
        roles.Base: theme.background,
        roles.AlternateBase: theme.lane_alternate,
        roles.Text: theme.text,
        roles.Button: theme.raised,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.failed,
        roles.ToolTipBase: theme.raised,
        roles.ToolTipText: theme.text,
        roles.PlaceholderText: theme.muted,
        roles.Highlight: theme.selection,
        roles.HighlightedText: theme.text,
        roles.Link: theme.accent,
        roles.LinkVisited: theme.accent,
        roles.Accent: theme.accent,
        roles.Light: theme.hover,
        roles.Midlight: theme.raised,
        roles.Mid: theme.border,
        roles.Dark: theme.border,
        roles.Shadow: theme.border,
    }.items():
        colours.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        colours.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.control))
    return colours


class ThemeSource(QObject):
    """The theme that is shown now; follows the desktop unless the person chose one."""

    changed = Signal()

    def __init__(self, theme: Theme | None = None, parent: QObject | None = None) -> None:
        """With a theme: that one. Without: as the desktop has it."""
        super().__init__(parent)
        self._setting = theme.name if theme else "system"
        self._theme = theme or theme_of("system", _app())
        app = _app()
        if app is not None:
            app.styleHints().colorSchemeChanged.connect(self.refresh)

    @property
    def theme(self) -> Theme:
        """The colours to paint with."""
        return self._theme

    @property
    def setting(self) -> str:
        """What the person chose, one of SETTINGS."""
        return self._setting

    def set_setting(self, setting: str) -> None:
        """Follow the desktop, or show one theme whatever it says."""
        self._setting = setting if setting in SETTINGS else "system"
        self.refresh()

    def refresh(self) -> None:
        """The desktop may have changed."""
        theme = theme_of(self._setting, _app())
        if theme != self._theme:
            self._theme = theme
            self.changed.emit()


def _app() -> QGuiApplication | None:
    app = QGuiApplication.instance()
    return app if isinstance(app, QGuiApplication) else None
