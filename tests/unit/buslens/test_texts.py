"""Half a character, which a name of a file may hold, is written as letters that every reader of UTF-8 takes."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as some

from buslens.texts import json_utf8, utf8

TEXTS = some.text(some.characters(codec=None, exclude_categories=[])) | some.text(
    some.sampled_from("a\ud800\udcff€😀\\")
)


@given(TEXTS)
def test_bytes_are_those_of_the_text_but_for_halves(text: str) -> None:
    assert utf8(text).decode() == "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in text)


@given(TEXTS)
def test_a_json_text_says_the_same_as_the_plain_one(text: str) -> None:
    assert json.loads(json_utf8(json.dumps({text: text}, ensure_ascii=False))) == {
        utf8(text).decode(): utf8(text).decode()
    }
