"""What holds of every format: whole or not at all, and able to be cancelled."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export import EXPORTERS
from bus.export.exporter import Exporter
from bus.trace import Trace
from buslens import wire
from buslens.records import FACT, Kind
from tests.helpers.make_trace import make_trace, shop_bytes

ROOT = Path(__file__).resolve().parents[4]
IDS = [exporter.id for exporter in EXPORTERS]
OF_EVERYTHING = [exporter for exporter in EXPORTERS if exporter.id != "mermaid"]
"""A diagram of one flow is done before anybody could cancel it."""


class StoppedError(Exception):
    """A person pressed Cancel."""


def stop(share: float) -> None:
    raise StoppedError


@pytest.mark.parametrize("exporter", EXPORTERS, ids=IDS)
def test_a_folder_that_does_not_exist_is_said_in_one_line(exporter: Exporter, tmp_path: Path) -> None:
    with pytest.raises(UserError) as said:
        exporter.write(make_trace(1), tmp_path / "nowhere" / "out", None)
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("exporter", OF_EVERYTHING, ids=lambda each: each.id)
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


def test_records_that_were_not_kept_have_the_name_that_they_have_in_the_summary(tmp_path: Path) -> None:
    trace = Trace()
    facts = FACT.pack(Kind.DROPPED, 0, 0, 0, 1, 0, 0, 0, 7, 0)
    trace.feed(wire.pack_header(wire.Header.here()) + wire.pack_frame(wire.FACTS, facts))
    writes = {exporter.id: exporter.write for exporter in EXPORTERS}
    for name in ("jsonl", "chrome"):
        writes[name](trace, tmp_path / name, None)
    head = json.loads((tmp_path / "jsonl").read_text().splitlines()[0])
    other = json.loads((tmp_path / "chrome").read_text())["otherData"]
    assert head["records_dropped"] == other["records_dropped"] == 7
    assert "dropped" not in head | other, "that word is about events"


def test_the_pages_tell_of_every_format() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith("| `buslens export "))
    table = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8").partition("\n## ")[0]
    for exporter in EXPORTERS:
        assert f"`{exporter.id}`" in row
        assert f"`{exporter.id}`" in table
    named = set(re.findall(r"`([a-z]+)`", row.partition("| writes ")[2]))
    assert named == set(IDS)
