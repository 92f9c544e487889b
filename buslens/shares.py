"""A share of something as a person says it: "5%", "0.05" or 0.05. Asked before the probe is there."""

from __future__ import annotations

from typing import Union


def share_of(said: Union[str, float]) -> float:
    """The number between 0 and 1, 0 excluded. Raises ValueError, with a sentence."""
    text = str(said).strip()
    try:
        share = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ValueError(f"a budget is a share of the program's processor time, such as 5%, not {text!r}")
    return share
