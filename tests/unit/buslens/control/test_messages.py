"""What comes over the socket is read without trust: every mistake is one sentence, with the place."""

from __future__ import annotations

import json

import pytest

from buslens.control.messages import DEEPEST, MOST_ANSWER_BYTES, Refused, packed, read, value_of


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\xff", "UTF-8"),
        (b"[]", "an object"),
        (b"{", "line 1, column 2"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": ' + b"9" * 60_000 + b"}", "too many digits"),
        (b"[" * 60_000, f"deeper than {DEEPEST} levels"),
        (b'{"a":' * 60_000, f"deeper than {DEEPEST} levels"),
        (b'"' + b'\\"' * 30_000, "Unterminated string"),
    ],
)
def test_what_is_no_request_is_refused_with_the_place(line: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(line)


def test_brackets_in_texts_are_not_counted() -> None:
    assert value_of(json.dumps(["[{" * 100, '"[[' * 100])) == ["[{" * 100, '"[[' * 100]


def test_each_field_has_its_type_or_is_refused() -> None:
    asked = read(b'{"id": true, "event": 5, "args": {}, "only": [1], "all": "x", "gone": null}')
    assert asked.number is None
    assert not asked.has("gone")
    assert asked.text("gone", "x") == "x"
    for ask in (
        lambda: asked.text("event"),
        lambda: asked.items("args"),
        lambda: asked.texts("only"),
        lambda: asked.yes("all"),
        lambda: asked.whole("id", 1),
    ):
        with pytest.raises(Refused, match=r" is a | is true or false|is a list of texts"):
            ask()


def test_an_answer_that_is_too_long_says_so() -> None:
    line = packed({"id": 3, "ok": True, "said": "x" * MOST_ANSWER_BYTES})
    assert json.loads(line) == {"id": 3, "ok": False, "why": "the answer is too long"}
