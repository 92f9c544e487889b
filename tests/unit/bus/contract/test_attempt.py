"""Which attempt of a call runs here."""

from __future__ import annotations

from bus.contract.attempt import ATTEMPT


def test_who_is_called_once_is_at_its_first() -> None:
    assert ATTEMPT.get() == 1
