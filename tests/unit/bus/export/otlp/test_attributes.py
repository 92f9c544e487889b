"""Attributes: typed, bounded, and nothing that steers a screen."""

from __future__ import annotations

from bus.export.otlp.attributes import MOST_LETTERS, lines, number, real, text, yes


def test_each_type_is_written_as_what_it_is() -> None:
    assert text("a", "b").value.string_value == "b"
    assert number("a", -3).value.int_value == -3
    assert real("a", 0.5).value.double_value == 0.5
    assert yes("a").value.bool_value


def test_a_number_without_room_is_a_text() -> None:
    assert number("a", 1 << 80).value.string_value == str(1 << 80)


def test_a_text_has_an_end_also_where_escapes_make_it_longer() -> None:
    for long in ("a" * 100_000, "\x1b" * 100_000):
        kept = text("a", long).value.string_value
        assert len(kept) == MOST_LETTERS
        assert kept.endswith("…")
    assert text("a", "a" * MOST_LETTERS).value.string_value == "a" * MOST_LETTERS


def test_of_a_traceback_its_end_stays() -> None:
    kept = lines("a", "first\n" * 10_000 + "ValueError: no\x1b").value.string_value
    assert kept.endswith("\nValueError: no\\x1b")
    assert len(kept) <= MOST_LETTERS


def test_half_a_surrogate_pair_is_written_as_an_escape() -> None:
    assert text("a", "x\ud800").value.string_value == "x\\ud800"
