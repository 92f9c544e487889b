"""When something arrived, as tables write it: seconds, or a date with a time of ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

LONGEST = 64
_MOST_S = 10**11
"""Some three thousand years: a larger number is no time in seconds."""


def nanoseconds(text: str) -> int | None:
    """Since the epoch, or since whatever the seconds count from; None where it is no time.

    A date without a zone is taken as UTC: only what lies between two of them counts.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return None
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        return _of_date(text)
    return int(seconds * 10**9) if seconds.is_finite() and abs(seconds) < _MOST_S else None


def _of_date(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return ((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds) * 1000
