"""What a person can read: every text on every ground, in both themes, and a window that follows the desktop."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication

from ui.icons import ICONS, icon
from ui.theme import DARK, LIGHT, Theme, ThemeSource, stylesheet, theme_of

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
GROUNDS = ("background", "surface", "raised", "lane", "lane_alternate")
TEXT, PART = 4.5, 3.0
"""WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for parts of the picture and edges of controls."""


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours."""
    lights = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", ["text", "muted", "accent", "failed", "warning"])
def test_text_is_readable_on_every_ground(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= TEXT


@THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "selection"),
        ("text", "hover"),
        ("muted", "selection"),
        ("failed", "selection"),
        ("warning", "selection"),
        ("on_accent", "accent"),
        ("text", "failed_ground"),
        ("failed", "failed_ground"),
        ("text", "warning_ground"),
        ("warning", "warning_ground"),
    ],
)
def test_text_is_readable_where_it_is_marked(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= TEXT


@THEMES
@pytest.mark.parametrize("ground", ["background", "lane", "lane_alternate"])
@pytest.mark.parametrize("part", ["ok", "failed", "warning", "accent", "idle", "control"])
def test_bars_and_edges_stand_out(theme: Theme, part: str, ground: str) -> None:
    assert contrast(getattr(theme, part), getattr(theme, ground)) >= PART


@THEMES
def test_edges_of_controls_stand_out_on_panels(theme: Theme) -> None:
    assert contrast(theme.control, theme.surface) >= PART


def test_both_themes_name_every_colour() -> None:
    for theme in (LIGHT, DARK):
        for field in fields(theme):
            assert field.name == "name" or QColor(getattr(theme, field.name)).isValid(), field.name


@THEMES
def test_the_style_sheet_takes_all_its_colours_from_the_theme(theme: Theme) -> None:
    text = stylesheet(theme)
    assert "$" not in text
    assert theme.accent in text
    other = asdict(DARK if theme is LIGHT else LIGHT)
    assert other["accent"] not in text


def test_every_file_that_the_style_sheet_names_is_there() -> None:
    for theme in (LIGHT, DARK):
        for part in stylesheet(theme).split("url(")[1:]:
            path = part.partition(")")[0]
            assert (ICONS / "controls" / path.rpartition("/")[2]).is_file(), path


def test_the_window_follows_the_desktop(qapp: QGuiApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ThemeSource()
    for dark, theme in ((True, DARK), (False, LIGHT)):
        monkeypatch.setattr("ui.theme._system_is_dark", lambda _app, dark=dark: dark)
        qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
        assert source.theme is theme
    source.deleteLater()


def test_a_chosen_theme_stays_whatever_the_desktop_says(qapp: QGuiApplication) -> None:
    source = ThemeSource()
    source.set_setting("dark")
    assert source.theme is DARK
    source.refresh()
    assert source.theme is DARK
    source.set_setting("light")
    assert source.theme is LIGHT
    assert source.setting == "light"
    source.deleteLater()


def test_an_unknown_setting_means_the_desktop(qapp: QGuiApplication) -> None:
    assert theme_of("purple", qapp) == theme_of("system", qapp)


def test_icons_take_the_colour_of_text_and_failures_are_red(qapp: QGuiApplication) -> None:
    assert painted("run", DARK) == QColor(DARK.text)
    assert painted("run", LIGHT) == QColor(LIGHT.text)
    assert painted("failed", LIGHT) == QColor(LIGHT.failed)
    assert painted("lost", DARK) == QColor(DARK.warning)


def painted(name: str, theme: Theme) -> QColor:
    """The most opaque colour of an icon."""
    image = icon(name, theme).pixmap(48, 48).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda colour: colour.alpha())
