"""A file of the flight recorder says why it was written, also to who finds it later."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.flight.reasons import reason
from buslens.wire import Header, pack_header


def test_the_header_says_why(tmp_path: Path) -> None:
    path = tmp_path / "flight.buslens"
    path.write_bytes(pack_header(Header.here(flight="charge_card failed: CardDeclined")) + b"whatever follows")
    assert reason(path) == "charge_card failed: CardDeclined"


@pytest.mark.parametrize("said", [{}, {"flight": 7}, {"flight": ["a"]}])
def test_a_header_that_does_not_say_it_leaves_it_unknown(tmp_path: Path, said: dict[str, object]) -> None:
    path = tmp_path / "flight.buslens"
    path.write_bytes(pack_header(Header.here(**said)))
    assert reason(path) == ""


@pytest.mark.parametrize("content", [b"", b"BUSLENS", b"no capture at all", pack_header(Header.here(flight="x"))[:-3]])
def test_what_is_no_capture_or_a_cut_one_leaves_it_unknown(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "flight.buslens"
    path.write_bytes(content)
    assert reason(path) == ""


def test_a_file_that_went_meanwhile_leaves_it_unknown(tmp_path: Path) -> None:
    assert reason(tmp_path / "gone.buslens") == ""
