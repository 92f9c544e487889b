"""What the process of an engine sends for a run, told here without a process."""

from __future__ import annotations

import io
import math
import threading
from pathlib import Path
from typing import Any

from bus import scenario
from bus.engine_process import messages
from bus.engine_process.child import EngineServer, ServedRun
from bus.engine_process.messages import FRAMES, JSON, Report
from bus.run.order import Order
from bus.scenario.texts import ScenarioTexts
from bus.trace import Trace
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.told import events

TEXT = "buslens: 1\nevents: {a: {}}\nscript: [{emit: a, times: 3}]\n"


class Pipe(io.BytesIO):
    """What was sent can be looked at while more comes."""

    def messages(self) -> list[messages.Message]:
        source = io.BytesIO(self.getvalue())
        return list(iter(lambda: messages.receive(source), None))

    def reports(self) -> list[Report]:
        return [messages.report_in(body) for kind, body in self.messages() if kind == JSON]

    def trace(self) -> Trace:
        trace = Trace()
        for kind, body in self.messages():
            if kind == FRAMES:
                trace.feed(body)
        return trace


def said(**more: Any) -> dict[str, Any]:
    order = messages.packed_order(Order("pyee-asyncio", 1, math.inf))
    told = {
        "texts": ScenarioTexts(TEXT).as_json(),
        "file": "",
        "order": order,
        "trusted": "",
        "records": True,
        "breakpoints": [],
    }
    told |= {"records": True, "breakpoints": [], "pid": 7, "process": "window"}
    return {**told, **more}


def phases(pipe: Pipe) -> list[str]:
    return [report.state.phase for report in pipe.reports()]


def test_a_run_sends_its_capture_in_the_owners_name_and_says_when_it_is_over() -> None:
    pipe = Pipe()
    run = ServedRun(pipe, said(order=messages.packed_order(Order("pyee-asyncio", 1, 1000.0))))
    following = threading.Thread(target=run.follow)
    following.start()
    wait_until(lambda: phases(pipe)[-1:] == ["finished"], lambda: pipe.reports())
    run.command(2, "emit", {"event": "a", "payload": None, "times": 2, "per_second": None})
    wait_until(lambda: pipe.reports()[-1].heard == 2 and phases(pipe)[-1] == "finished", lambda: pipe.reports())
    assert events(pipe.trace()) == ["a"] * 5
    run.command(3, "stop", {})
    following.join(PATIENCE_S)
    last = pipe.reports()[-1]
    assert (last.state.phase, last.heard, last.over) == ("idle", 3, True)
    header = pipe.trace().header
    assert header is not None
    assert (header.pid, header.process) == (7, "window")


def test_the_server_carries_out_what_it_is_told_and_leaves_with_its_owner() -> None:
    source, sink, left = Pipe(), Pipe(), threading.Event()
    for number, (do, what) in enumerate([("begin", said()), ("pause", {}), ("set_speed", {"speed": 2.0})], 1):
        messages.send(source, JSON, messages.packed_command(number, do, what))
    source.seek(0)
    server = EngineServer(source, sink, left.set)
    server.listen()  # to the end of what it is told
    assert left.is_set()
    assert server._run is not None
    server._run.follow()
    assert [report.over for report in sink.reports()] == [True]
    assert sink.reports()[0].heard == 3


def test_a_run_that_cannot_be_made_has_failed_for_a_reason() -> None:
    source, sink = Pipe(), Pipe()
    wrong = messages.packed_command(1, "begin", said(texts=ScenarioTexts("buslens: 1\nevents: 5\n").as_json()))
    messages.send(source, JSON, wrong)
    source.seek(0)
    EngineServer(source, sink, lambda: None).listen()
    (report,) = sink.reports()
    assert (report.state.phase, report.over, report.heard) == ("failed", True, 1)
    assert report.state.message == "untitled:2:9: expected a mapping, found 5"


def test_python_may_run_for_exactly_the_trusted_text(tmp_path: Path) -> None:
    code = TEXT.replace("script", "handlers: {h: {on: a, do: [{python: \"log('ran')\"}]}}\nscript")
    trusted = scenario.loads(code).content_hash
    for text, ran in ((code, True), (code + "# changed\n", False)):
        pipe = Pipe()
        run = ServedRun(pipe, said(texts=ScenarioTexts(text).as_json(), trusted=trusted))
        following = threading.Thread(target=run.follow)
        following.start()
        wait_until(lambda pipe=pipe: phases(pipe)[-1:] == ["finished"], lambda pipe=pipe: pipe.reports())
        run.end()
        following.join(PATIENCE_S)
        assert bool(len(pipe.trace().marks)) is ran
