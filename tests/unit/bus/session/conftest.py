"""A shop whose runs are kept, and a capture of one."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bus.session import Run, Session
from tests.helpers.live import Live, over
from tests.helpers.make_trace import shop_bytes

SHOP = """
name: Shop
events:
  order.placed: {sample: {id: 1}}
  order.paid: {}
handlers:
  charge_card: {on: order.placed, do: [{wait: 20ms}, {emit: order.paid}]}
script: [{emit: order.placed, every: 100ms, times: 5}]
"""


@pytest.fixture
def shop(live: Live) -> Session:
    session = live(SHOP)
    session.runs.most = 10
    return session


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(40))
    return path


def run(session: Session) -> Run:
    session.start(speed=math.inf)
    over(session)
    return session.runs.view


def ids(session: Session) -> list[int]:
    return session.trace.dispatches.id.tolist()
