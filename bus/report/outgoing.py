"""What of a program may leave in a report: secrets are replaced by the probe's rules, and what leaves is counted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bus.errors import Place
from bus.export.words import visible
from bus.report.report import Leaving, Wanted
from bus.trace.blobs import Error, Payload
from buslens.redaction import KEYS, OFF, Redaction

MOST_PAYLOAD, MOST_ERROR, MOST_LINE = 1_500, 4_000, 400
"""Letters."""

ONE_LINE = 110
"""Letters of a payload that is not spread over lines."""

_MARKS = re.compile(r"<redacted [0-9a-f]{1,16}>")


class _Again(Redaction):
    """Of what was redacted while it was recorded the marks stay: they say which values were equal."""

    def mark(self, value: Any) -> str:
        return value if type(value) is str and _MARKS.fullmatch(value) else super().mark(value)


class Outgoing:
    """Everything of one report goes through it."""

    def __init__(self, wanted: Wanted, home: Path | None = None) -> None:
        """home: written as ~, for it names a person; this user's own where it is None."""
        self._redaction = _Again(more_keys=wanted.secret_keys)
        self._types = Redaction(KEYS, wanted.secret_keys)
        self._payloads = wanted.payloads
        self._home = f"{home or Path.home()}/"
        self._names: set[str] = set()
        self._places: set[str] = set()
        self._texts: dict[str, int] = {"payload": 0, "error": 0}
        self._replaced = 0

    def text(self, text: str) -> str:
        """One line of words."""
        return self._counted(visible(_shortened(self._redaction.text(self._homeless(text)), MOST_LINE)))

    def name(self, text: str) -> str:
        """The name of an event, a handler, a thread."""
        self._names.add(text)
        return self.text(text)

    def place(self, place: Place | None) -> str:
        """Where something is written; empty where nobody knows."""
        if place is None:
            return ""
        self._places.add(str(place))
        return self.text(str(place))

    def payload(self, payload: Payload) -> str:
        """What an event carried; empty where that does not leave, or there is nothing."""
        if self._payloads == OFF or not payload.text:
            return ""
        self._texts["payload"] += 1
        if not payload.is_json:
            return "<text>" if self._payloads == KEYS else self._lines(payload.text, MOST_PAYLOAD)
        rules = self._types if self._payloads == KEYS else self._redaction
        value = rules.payload(payload.value)
        text = json.dumps(value, ensure_ascii=False)
        if len(text) > ONE_LINE:
            text = json.dumps(value, ensure_ascii=False, indent=1)
        return self._lines(text, MOST_PAYLOAD)

    def error(self, error: Error) -> str:
        """An exception with its traceback. Where payloads stay here, its message does too: it often quotes them."""
        self._texts["error"] += 1
        if self._payloads != OFF:
            head = f"{error.type}: {error.message}" if error.message else error.type
            return self._lines(error.traceback.rstrip() or head, MOST_ERROR)
        return self._lines(error.type, MOST_ERROR)

    @property
    def leaving(self) -> Leaving:
        """How much has gone through."""
        return Leaving(
            len(self._names), len(self._places), self._texts["payload"], self._texts["error"], self._replaced
        )

    def _lines(self, text: str, most: int) -> str:
        text = _shortened(self._redaction.text(self._homeless(text)), most)
        return self._counted("\n".join(visible(line) for line in text.splitlines()))

    def _homeless(self, text: str) -> str:
        return text.replace(self._home, "~/")

    def _counted(self, text: str) -> str:
        self._replaced += len(_MARKS.findall(text))
        return text


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most} more)"
