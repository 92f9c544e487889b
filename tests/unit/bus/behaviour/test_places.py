"""A call that fails names the line of the file that its handler stands in, also where that is an included one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus import scenario
from bus.behaviour.places import Lines
from bus.errors import Place
from tests.helpers.live import Live

OWN = """\
buslens: 1
include: [parts/orders.yaml]
handlers:
  outer:
    on: order.placed
    worker: WORKER
    do:
      - emit: order.paid
script:
  - emit: order.placed
"""
PARTS = """\
# of the shop
events: {order.placed: {}, order.paid: {}}
handlers:
  inner:
    on: order.paid
    worker: WORKER
    do:
      - log: paid
      - fail: {error: CardDeclined}
expect: [{event: order.placed, lost: 0}]
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return written(tmp_path, "inline")


def written(folder: Path, worker: str) -> Path:
    (folder / "parts").mkdir()
    (folder / "parts" / "orders.yaml").write_text(PARTS.replace("WORKER", worker))
    (folder / "shop.yaml").write_text(OWN.replace("WORKER", worker))
    return folder / "shop.yaml"


def test_each_part_has_the_place_of_its_own_file(shop: Path) -> None:
    lines = Lines(scenario.load(shop))
    assert lines.handler("inner") == Place("parts/orders.yaml", 4)
    assert lines.handler("outer") == Place("shop.yaml", 4)
    assert lines.place("handlers", "inner", "do", 1) == Place("parts/orders.yaml", 9)
    assert lines.place("script", 0) == Place("shop.yaml", 10)
    assert lines.place("expect", 0) == Place("parts/orders.yaml", 10)
    assert lines.files == {"shop.yaml", "parts/orders.yaml"}


@pytest.mark.parametrize("worker", ["inline", "thread", "process"])
def test_a_failure_points_into_the_included_file_wherever_its_handler_runs(
    live: Live, tmp_path: Path, worker: str
) -> None:
    folder = tmp_path / worker
    folder.mkdir()
    trace = live.ended(written(folder, worker), engine="pyee-asyncio").trace
    (failed,) = (error for at in range(len(trace.calls)) if (error := trace.error(at)) is not None)
    assert 'File "parts/orders.yaml", line 9, in inner' in failed.traceback


def test_a_call_that_fails_because_of_one_in_another_file_points_at_its_own_emit(live: Live, shop: Path) -> None:
    trace = live.ended(shop, engine="pyee").trace
    outer, inner = (trace.error(at) for at in range(2))
    assert outer is not None
    assert inner is not None
    assert 'File "shop.yaml", line 8, in outer' in outer.traceback
    assert 'File "parts/orders.yaml", line 9, in inner' in inner.traceback
