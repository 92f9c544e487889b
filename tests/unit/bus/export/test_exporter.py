"""What holds of every format: whole or not at all, and able to be cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export import EXPORTERS
from bus.export.exporter import Exporter
from bus.trace import Trace
from tests.helpers.make_trace import make_trace, shop_bytes

IDS = [exporter.id for exporter in EXPORTERS]


class StoppedError(Exception):
    """A person pressed Cancel."""


def stop(share: float) -> None:
    raise StoppedError


@pytest.mark.parametrize("exporter", EXPORTERS, ids=IDS)
def test_a_folder_that_does_not_exist_is_said_in_one_line(exporter: Exporter, tmp_path: Path) -> None:
    with pytest.raises(UserError) as said:
        exporter.write(make_trace(1), tmp_path / "nowhere" / "out", None)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("exporter", [each for each in EXPORTERS if each.id != "mermaid"], ids=lambda each: each.id)
def test_cancelled_it_leaves_the_old_file_alone(exporter: Exporter, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with pytest.raises(StoppedError):
        exporter.write(make_trace(20), path, None, progress=stop)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("exporter", EXPORTERS, ids=IDS)
def test_a_capture_that_is_cut_is_exported_as_far_as_it_goes(exporter: Exporter, tmp_path: Path) -> None:
    whole = shop_bytes(50)
    for length in range(200, len(whole), len(whole) // 40):  # the header is whole
        trace = Trace()
        trace.feed(whole[:length])
        trace.finish()
        exporter.write(trace, tmp_path / "out", None)
        assert (tmp_path / "out").exists()
