"""Payloads of which a stream has the values alone: the JSON around them is written once, as their form."""

from __future__ import annotations

import json
import json.encoder
import struct
from collections.abc import Iterable
from typing import Any

from bus.stream.fact_chunks import Damaged
from buslens.stream.layout import FORM_ID, LARGEST_FORM, RECORD
from buslens.wire import MAX_BLOB

_MOST, _MOST_VALUES = 4096, 128
_LARGEST = MAX_BLOB // 8
"""Bytes of a record with texts: a letter takes up to six in JSON."""

_WHOLE, _FLOAT, _BOOL, _TEXT = "q", "d", "?", "H"
_SAID_AS = {_WHOLE: "%d", _FLOAT: "%r", _BOOL: "%s", _TEXT: "%s"}
"""How a value of each letter stands in JSON; of a text there is the length, and the text behind all values."""

_IN_QUOTES = json.encoder.encode_basestring


class Forms:
    """Those of one stream, by their ids."""

    def __init__(self) -> None:
        self._known: dict[int, _Form] = {}

    def define(self, ident: int, body: bytes) -> None:
        """Take in a form. Raises Damaged where it is none."""
        try:
            pieces, letters = json.loads(body)
            is_one = (
                isinstance(letters, str)
                and isinstance(pieces, list)
                and len(pieces) == len(letters) + 1 <= _MOST_VALUES
                and set(letters) <= set(_SAID_AS)
                and all(isinstance(piece, str) for piece in pieces)
            )
        except (ValueError, TypeError, RecursionError):
            is_one = False
        if not is_one or ident >= _MOST or len(body) > LARGEST_FORM:
            raise Damaged(f"the form {ident} of payloads is not one")
        self._known[ident] = _Form(pieces, letters)

    def texts(self, records: bytes, size: int) -> list[bytes]:
        """The JSON of each of these records, which have one form and one size. Raises Damaged where they have not."""
        try:
            (ident,) = FORM_ID.unpack_from(records, RECORD.size)
            return self._known[ident].texts(records, size)
        except (KeyError, ValueError, struct.error):
            raise Damaged("a payload is not of its form") from None


class _Form:
    def __init__(self, pieces: list[str], letters: str) -> None:
        self._letters = letters
        self._values = struct.Struct(f"<{RECORD.size + FORM_ID.size}x{letters}")
        values = [*(_SAID_AS[letter] for letter in letters), ""]
        self._said = "".join(piece.replace("%", "%%") + value for piece, value in zip(pieces, values, strict=True))

    def texts(self, records: bytes, size: int) -> list[bytes]:
        """Raises ValueError or struct.error where these are not its values."""
        values: Iterable[Any]
        if _TEXT in self._letters:
            values = [self._with_texts(records[at : at + size]) for at in range(0, len(records), size)]
        elif self._values.size != size:
            raise ValueError("it is too long or too short")
        else:
            values = self._values.iter_unpack(records)
        if _BOOL in self._letters:
            bools = [at for at, letter in enumerate(self._letters) if letter == _BOOL]
            values = [_with_words(each, bools) for each in values]
        said = self._said
        return [(said % each).encode() for each in values]

    def _with_texts(self, record: bytes) -> tuple[Any, ...]:
        values, ends = [*self._values.unpack_from(record)], self._values.size
        for at, letter in enumerate(self._letters):
            if letter == _TEXT:
                begins, ends = ends, ends + values[at]
                values[at] = _IN_QUOTES(record[begins:ends].decode())
        if ends != len(record) or ends > _LARGEST:
            raise ValueError("it is too long or too short")
        return tuple(values)


def _with_words(values: tuple[Any, ...], bools: list[int]) -> tuple[Any, ...]:
    said = [*values]
    for at in bools:
        said[at] = "true" if said[at] else "false"
    return tuple(said)
