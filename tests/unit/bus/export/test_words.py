"""What numbers of a trace are called, and what becomes of text that a screen would obey."""

from __future__ import annotations

import pytest

from bus.export import words
from buslens.records import Outcome


def test_every_outcome_has_a_word() -> None:
    assert {words.outcome(outcome) for outcome in Outcome} >= {"ok", "failed", "lost", "timed_out", "running"}
    assert words.outcome(250) == "unknown"


@pytest.mark.parametrize("text", ["\x1b[2J", "\x00", "\u202eabc", "a\nb", "\ud800", "\x7f"])
def test_nothing_that_a_screen_would_obey_is_left(text: str) -> None:
    assert words.visible(text).isprintable()


@pytest.mark.parametrize("text", ["order.placed", "Ünï çødé", "訂單", "🙂"])
def test_what_people_write_stays(text: str) -> None:
    assert words.visible(text) == text
