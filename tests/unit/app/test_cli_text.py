"""Names from files cannot play with the terminal."""

from __future__ import annotations

import pytest

from app.cli_text import cell, plain


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
