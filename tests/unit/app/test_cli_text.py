"""Names from files cannot play with the terminal."""

from __future__ import annotations

import pytest

from app.cli_text import cell, duration, plain


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("\x1b[2Jgone", r"\x1b[2Jgone"),
        ("two\nlines", r"two\nlines"),
        ("bell\x07", r"bell\x07"),
        ("c1\x9b31m", r"c1\x9b31m"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("\ud800", r"\ud800"),
        ("[red]literal[/red]", "[red]literal[/red]"),
        ("Größe 訂單 🛒", "Größe 訂單 🛒"),
    ],
)
def test_what_would_steer_the_terminal_is_shown_instead(evil: str, shown: str) -> None:
    assert plain(evil) == shown
    assert cell(evil).plain == shown


@pytest.mark.parametrize(
    ("nanoseconds", "said"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (-1, "-"),
        (0, "0 ns"),
        (850, "850 ns"),
        (12_400, "12.4 us"),
        (3_100_000, "3.1 ms"),
        (250_000_000, "250 ms"),
        (2_500_000_000, "2.5 s"),
        (7_200_000_000_000, "7200 s"),
    ],
)
def test_durations_read_as_people_say_them(nanoseconds: float | None, said: str) -> None:
    assert duration(nanoseconds) == said
