"""What goes over the pipes comes out as it went in, and nothing else is taken for a message."""

from __future__ import annotations

import io
import math

import pytest

from bus.contract.boundaries import Boundary
from bus.engine_process import messages
from bus.engine_process.messages import FRAMES, HEAD, JSON, MOST_BYTES, Report
from bus.run.order import Order
from bus.runtime.gate import Stop
from bus.runtime.state import EngineState, Waiting
from bus.sharing.owner import WorkerStatus


def test_messages_come_out_one_by_one_until_the_other_end_goes() -> None:
    pipe = io.BytesIO()
    messages.send(pipe, FRAMES, b"frames")
    messages.send(pipe, JSON, b"")
    pipe.write(HEAD.pack(100, JSON) + b"cut")
    pipe.seek(0)
    assert [messages.receive(pipe) for _ in range(3)] == [(FRAMES, b"frames"), (JSON, b""), None]


@pytest.mark.parametrize("head", [(MOST_BYTES + 1, FRAMES), (5, 77)])
def test_what_is_no_message_is_refused_before_it_is_read(head: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="a message of"):
        messages.receive(io.BytesIO(HEAD.pack(*head) + b"12345"))


def test_a_message_that_is_too_long_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MOST_BYTES", 4)
    pipe = io.BytesIO()
    with pytest.raises(ValueError, match="at most 4 fit"):
        messages.send(pipe, FRAMES, b"12345")
    assert pipe.getvalue() == b""


def test_a_report_says_all_that_a_person_sees_of_an_engine() -> None:
    state = EngineState(
        *("paused", "kafka", None, math.inf, "message", "trouble"),
        stands_still=True,
        waits_for="a reply",
        workers=(WorkerStatus("worker w", "its clock", True),),
        virtual_ns=5,
        late_ns=6,
        queue=(Waiting("retry", "e", "h", None), Waiting("call", "e", "", 1 << 61)),
        next_stop=Stop("call", "e", "h", 1, 2, 3),
    )
    report = Report(state, (1, 2, 0.5), 7, over=True)
    back = messages.report_in(messages.packed_report(report))
    assert back == report
    assert (back.state.virtual_ns, back.state.late_ns) == (5, 6)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"state": {"phase": "nonsense"}}'])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        messages.report_in(body)


def test_a_command_has_a_number_a_verb_and_what_that_needs() -> None:
    said = {"payload": {"text": "\ud800 ü", "big": 1 << 70}, "per_second": None}
    assert messages.command_in(messages.packed_command(3, "emit", said)) == (3, "emit", said)
    with pytest.raises(ValueError, match="no object"):
        messages.command_in(b"[1]")


def test_an_order_arrives_whole() -> None:
    order = Order("sqlite", 5, math.inf, paused=True, with_script=False, crash=Boundary.HANDLING, only=("a",))
    assert messages.order_in(messages.packed_order(order)) == order
