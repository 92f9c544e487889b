"""Names in scenarios: short, printable, the same on every screen, wire and broker."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from bus.scenario.parts import Says

LONGEST_NAME = 200
_PARTS = "letters, digits, _ and -, in parts joined by . : or /"
_EVENT = re.compile(r"[\w\-]+([.:/][\w\-]+)*", re.UNICODE)
_PATTERN = re.compile(r"[\w\-*]+([.:/][\w\-*]+)*", re.UNICODE)
_ERROR = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _check_length(text: str) -> None:
    if len(text) > LONGEST_NAME:
        raise ValueError(f"expected a name of at most {LONGEST_NAME} letters (these are {len(text)})")


def check_event(text: str) -> str:
    """An event's name. Raises ValueError that says what was expected."""
    _check_length(text)
    if not _EVENT.fullmatch(text):
        raise ValueError(f"expected an event name of {_PARTS} (order.placed)")
    return text


def check_pattern(text: str) -> str:
    """An event's name, or a pattern with * for any text. Raises ValueError that says what was expected."""
    _check_length(text)
    if not _PATTERN.fullmatch(text):
        raise ValueError("expected an event name or a pattern such as order.*")
    return text


def check_name(text: str) -> str:
    """A handler's or counter's name. Raises ValueError that says what was expected."""
    _check_length(text)
    if not _EVENT.fullmatch(text):
        raise ValueError(f"expected a name of {_PARTS} (reserve_stock)")
    return text


def check_error(text: str) -> str:
    """The name of an exception type. Raises ValueError that says what was expected."""
    _check_length(text)
    if not _ERROR.fullmatch(text):
        raise ValueError("expected a Python class name such as CardDeclined")
    return text


def check_title(text: str) -> str:
    """One line for people. Raises ValueError that says what was expected."""
    if not text.isprintable():
        raise ValueError("expected one line without control characters")
    return text


EventName = Annotated[str, AfterValidator(check_event), Says.EVENT, Field(max_length=LONGEST_NAME)]
EventPattern = Annotated[str, AfterValidator(check_pattern), Field(max_length=LONGEST_NAME)]
Name = Annotated[str, AfterValidator(check_name), Field(max_length=LONGEST_NAME)]
ErrorName = Annotated[str, AfterValidator(check_error), Field(max_length=LONGEST_NAME)]
Title = Annotated[str, AfterValidator(check_title), Field(max_length=500)]
