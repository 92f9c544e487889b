"""Which processes a joint capture tells of: believed no further than it can be read."""

from __future__ import annotations

import json

import pytest

from bus.trace.processes import DIED, ENDED, MOST, RUNNING, JoinedProcess, JoinedProcesses
from buslens.wire import FRAME, PROCESSES


def test_what_one_has_told_another_reads() -> None:
    told = JoinedProcesses()
    assert told.frame() == b""
    assert told.tell(JoinedProcess(0, "web.py 1"))
    assert told.tell(JoinedProcess(3, "wörker.py 2", DIED))
    assert not told.tell(JoinedProcess(0, "web.py 1"))
    assert told.tell(JoinedProcess(0, "web.py 1", ENDED))
    frame, read = told.frame(), JoinedProcesses()
    assert FRAME.unpack_from(frame)[1] == PROCESSES
    read.read_frame(memoryview(frame)[FRAME.size :])
    assert read.all == told.all
    assert (read.title(3), read.title(1)) == ("wörker.py 2", "")


@pytest.mark.parametrize("body", [b"\xff", b"[]", b"{}", b"[" * 100_000])
def test_what_is_no_list_is_damage(body: bytes) -> None:
    with pytest.raises(ValueError, match="processes cannot be read"):
        JoinedProcesses().read_frame(memoryview(body))


def test_what_cannot_be_one_is_left_out_and_there_are_not_too_many() -> None:
    bad = [7, {}, {"number": -1, "title": "a", "state": ENDED}, {"number": 1e400, "title": "a", "state": ENDED}]
    bad += [{"number": MOST, "title": "a", "state": ENDED}, {"number": 5, "title": "a", "state": "sleeping"}]
    good = [{"number": 1, "title": "x" * 999 + "\ud800", "state": RUNNING}]
    read = JoinedProcesses()
    read.read_frame(memoryview(json.dumps({"processes": bad + good}).encode()))
    assert list(read.all) == [1]
    assert len(read.title(1)) < 999
    many = [{"number": number % 9, "title": "", "state": ENDED} for number in range(MOST)]
    read.read_frame(memoryview(json.dumps({"processes": [*many, *good]}).encode()))
    assert read.title(1) == ""
