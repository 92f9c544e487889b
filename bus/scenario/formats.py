"""The `format` of JSON Schema: which ones payloads are checked for, each in a time that its text's length bounds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jsonschema

_TIME = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_DATE_TIME = re.compile(rf"(\d{{4}}-\d\d-\d\d)[Tt ]{_TIME}")
_TIME_ALONE = re.compile(_TIME)
_DURATION = re.compile(r"P(?=.)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?)")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_POINTER = re.compile(r"(/([^~]|~[01])*)*")


def _date_time(text: str) -> bool:
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    datetime.strptime(found[1], "%Y-%m-%d")
    return True


def _hostname(text: str) -> bool:
    return 0 < len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))


def _uri(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme) and not any(letter.isspace() for letter in text) and bool(parts.netloc or parts.path)


OURS: dict[str, Callable[[str], bool]] = {
    "date-time": _date_time,
    "time": lambda text: _TIME_ALONE.fullmatch(text) is not None,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "hostname": _hostname,
    "uri": _uri,
    "json-pointer": lambda text: not text or (text.startswith("/") and _POINTER.fullmatch(text) is not None),
}
BY_JSONSCHEMA = ("date", "ipv4", "ipv6", "uuid")
CHECKED = (*OURS, *BY_JSONSCHEMA)
"""What a payload is checked for; any other format is a word for people, and `buslens validate` says so."""


def checker() -> jsonschema.FormatChecker:
    """Checks the formats of CHECKED, and no other."""
    made = jsonschema.FormatChecker(formats=BY_JSONSCHEMA)
    for name, fits in OURS.items():
        made.checks(name, raises=ValueError)(_of_texts(fits))
    return made


def _of_texts(fits: Callable[[str], bool]) -> Callable[[Any], bool]:
    """A format says something of texts only."""
    return lambda value: not isinstance(value, str) or fits(value)
