"""What leaves goes through the probe's rules of redaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import Place
from bus.report.outgoing import MOST_PAYLOAD, Outgoing
from bus.report.report import Wanted
from bus.trace.blobs import Error, Payload
from buslens.redaction import KEYS, OFF

CARD = "4111 1111 1111 1111"


def payload(value: object, text: str = "x") -> Payload:
    return Payload(value, text, True, False)


def test_equal_secrets_have_equal_marks() -> None:
    out = Outgoing(Wanted())
    first, again, other = (out.payload(payload({"token": value})) for value in ("a", "a", "b"))
    assert first == again != other
    assert out.leaving.replaced == 3


def test_marks_of_the_recording_stay() -> None:
    out = Outgoing(Wanted())
    mark = "<redacted 4afd0b3a>"
    assert out.payload(payload({"token": mark})) == f'{{"token": "{mark}"}}'
    assert out.leaving.replaced == 1


def test_the_home_of_a_person_is_not_named() -> None:
    out = Outgoing(Wanted(), Path("/home/ann"))
    assert out.place(Place("/home/ann/shop/main.py", 3)) == "~/shop/main.py:3"
    assert "ann" not in out.error(Error("E", "m", 'File "/home/ann/shop/main.py", line 3'))


@pytest.mark.parametrize("kind", ["text", "name"])
def test_cards_in_words_do_not_leave(kind: str) -> None:
    assert CARD not in getattr(Outgoing(Wanted()), kind)(f"declined {CARD}")


def test_what_is_no_json_is_text() -> None:
    assert Outgoing(Wanted()).payload(Payload(None, "<Order 7>", False, False)) == "<Order 7>"
    assert Outgoing(Wanted(KEYS)).payload(Payload(None, "<Order 7>", False, False)) == "<text>"


def test_long_payloads_are_cut_and_say_so() -> None:
    text = Outgoing(Wanted()).payload(payload(list(range(5_000))))
    assert len(text) < MOST_PAYLOAD + 40
    assert text.endswith("more)")


def test_where_payloads_stay_messages_of_errors_stay_too() -> None:
    assert Outgoing(Wanted(OFF)).error(Error("E", "order 7", "Traceback ... order 7")) == "E"


def test_letters_that_move_a_terminal_or_turn_a_line_are_escapes() -> None:
    out = Outgoing(Wanted())
    assert out.text("a\x1b[2Jb\u202e") == "a\\x1b[2Jb\\u202e"
    assert out.payload(Payload(None, "a\nb\x07", False, False)) == "a\nb\\x07"
