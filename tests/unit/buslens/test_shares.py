"""A budget is said in percent or as a number; anything else is one sentence."""

from __future__ import annotations

import pytest

from buslens.shares import share_of


@pytest.mark.parametrize(
    ("said", "share"), [("5%", 0.05), (" 0.05 ", 0.05), (0.05, 0.05), ("100%", 1.0), ("0.5 %", 0.005)]
)
def test_a_share_is_percent_or_a_number(said: str | float, share: float) -> None:
    assert share_of(said) == pytest.approx(share)


@pytest.mark.parametrize("said", ["", "5", "0", "-1%", "101%", "nan", "inf", "five", "5%%x"])
def test_what_is_no_share_is_said(said: str) -> None:
    with pytest.raises(ValueError, match="such as 5%, not"):
        share_of(said)
