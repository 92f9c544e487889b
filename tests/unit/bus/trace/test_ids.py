"""Ids as people read and write them: short in every process of a session, and each written one is read back."""

from __future__ import annotations

import pytest

from bus.trace.ids import IDS_OF_ONE, id_of, id_text


@pytest.mark.parametrize(
    ("ident", "text"),
    [
        (17, "17"),
        (IDS_OF_ONE - 1, str(IDS_OF_ONE - 1)),
        (IDS_OF_ONE + 17, "2:17"),
        (4095 * IDS_OF_ONE + 1, "4096:1"),
        ((1 << 64) - 1, f"16777216:{IDS_OF_ONE - 1}"),
    ],
)
def test_an_id_of_another_process_is_short_and_is_read_back(ident: int, text: str) -> None:
    assert id_text(ident) == text
    assert id_of(text) == id_of(f"#{text}") == id_of(str(ident)) == ident


def test_the_first_process_may_be_written_too() -> None:
    assert id_of("1:17") == 17


@pytest.mark.parametrize("text", ["", "x", "2:", ":2", "0:1", "-1", "1:2:3", f"2:{IDS_OF_ONE}", "١", "9" * 21])
def test_what_is_none_is_none(text: str) -> None:
    assert id_of(text) is None
