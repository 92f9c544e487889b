"""When services are gone, and what is said of it."""

from __future__ import annotations

import random

import pytest

from bus.engines.pyee.engine import PyeeEngine
from bus.run.fault_records import FaultRecords
from bus.run.outages import Outage
from bus.scenario.faults import AbsentFault, CrashFault
from buslens.recorder import Recorder


@pytest.mark.parametrize(
    ("model", "due_ns"),
    [
        (CrashFault(crash="h", at="2s"), 2 * 10**9),
        (CrashFault(crash="h", every="3s"), 3 * 10**9),
        (AbsentFault(absent=["h", "g"]), 0),
    ],
)
def test_when_handlers_go_is_known_before_the_run_begins(model: CrashFault | AbsentFault, due_ns: int) -> None:
    outage = Outage(model, random.Random(1), FaultRecords(Recorder(), PyeeEngine()))
    assert outage.due_ns == due_ns
    assert outage.is_crash == isinstance(model, CrashFault)
