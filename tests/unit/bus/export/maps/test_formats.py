"""The formats of maps differ in what they are called."""

from __future__ import annotations

from bus.export.maps import MAP_FORMATS


def test_no_two_have_one_id_title_or_suffix() -> None:
    for field in ("id", "title", "suffix"):
        assert len({getattr(each, field) for each in MAP_FORMATS}) == len(MAP_FORMATS)
