"""Spans on their way to a collector: a run that goes on, a capture, and one that is still written."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.helpers.collector import Collector, collecting
from tests.helpers.growing import Growing
from tests.helpers.otlp import read, said, spans_of
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.ports import free_port
from tests.helpers.program import Program

ENDLESS = """buslens: 1
name: Clock
events: {tick: {}}
handlers: {on_tick: {on: tick, do: [{wait: 1 ms}]}}
script:
  - {emit: tick, with: {secret: 1}, every: 10ms, times: 1000000}
"""

APP = """
import subprocess, sys
from pyee.base import EventEmitter

name = sys.argv[1] if len(sys.argv) > 1 else "parent"
bus = EventEmitter()
bus.on(name, lambda: None)
bus.emit(name)
if name == "parent":
    subprocess.run([sys.executable, __file__, "child"], check=True)
    print("well")
"""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """On loopback."""
    with collecting() as made:
        yield made


def shapes(spans: Iterable[Span]) -> Counter[tuple[object, ...]]:
    """What spans say but for their ids and times: those of a simulated run are of each export."""
    made = list(spans)
    lengths = {span.span_id: span.end_time_unix_nano - span.start_time_unix_nano for span in made}
    names = {span.span_id: span.name for span in made}
    traces = Counter(span.trace_id for span in made)
    return Counter(
        (span.name, span.kind, names.get(span.parent_span_id), lengths[span.span_id], traces[span.trace_id])
        for span in made
    )


def test_a_run_is_seen_by_the_collector_as_its_capture_says_it(buslens: Program, collector: Collector) -> None:
    ran = buslens("run", "checkout", "--to", f"otlp={collector.url}", "-o", "c.buslens")
    assert (ran.code, ran.err.count("\n")) == (0, 1), ran.err
    assert f"spans were sent to {collector.url}/v1/traces" in ran.err
    assert buslens("export", "c.buslens", "--to", "otlp", "-o", "c.otlp").code == 0
    wanted = spans_of(read((buslens.folder / "c.otlp").read_bytes()))
    assert shapes(collector.spans) == shapes(wanted)
    kinds = {Span.SPAN_KIND_PRODUCER: "send ", Span.SPAN_KIND_CONSUMER: "process "}
    assert all(span.name.startswith(kinds[span.kind]) for span in collector.spans)
    failed = [span for span in collector.spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert {said(span.attributes)["error.type"] for span in failed} == {"CardDeclined"}
    assert {said(resource.attributes)["service.name"] for resource in collector.resources} == {"Checkout"}


def test_spans_come_while_the_run_goes_on_and_ctrl_c_sends_the_rest(buslens: Program, collector: Collector) -> None:
    (buslens.folder / "endless.yaml").write_text(ENDLESS)
    command = buslens.command("run", "endless.yaml", "--speed", "1", "--to", f"otlp={collector.url}", "--payloads")
    with subprocess.Popen(
        command,
        cwd=buslens.folder,
        env=buslens.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_until(lambda: len(collector.spans) > 20, lambda: (len(collector.spans), process.poll()))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "spans were sent to" in err
    sent = [span for span in collector.spans if span.name == "send tick"]
    assert said(sent[0].attributes)["buslens.payload"] == '{"secret":1}'


def test_a_capture_is_sent_with_the_headers_of_the_environment(buslens: Program, collector: Collector) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    said_so = {"OTEL_EXPORTER_OTLP_HEADERS": "api-key=k1", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    ended = buslens("export", "a.buslens", "--to", "otlp=", **said_so)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"{len(collector.spans)} spans were sent to {collector.url}/v1/traces\n"
    assert collector.requests[0][1]["api-key"] == "k1"


def test_a_capture_that_grows_is_followed_to_its_end(buslens: Program, collector: Collector, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 60)
    growing.write_share(0.3)
    command = buslens.command("export", growing.path, "--to", f"otlp={collector.url}", "--follow")
    with subprocess.Popen(
        command, env=buslens.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: len(collector.spans) > 20, lambda: (len(collector.spans), process.poll()))
        growing.end()
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, err) == (0, "")
    assert out.startswith(f"{len(collector.spans)} spans were sent")


def test_without_a_collector_the_run_is_as_ever_and_what_is_lost_is_said(buslens: Program) -> None:
    nowhere = f"otlp=http://127.0.0.1:{free_port()}"
    ran = buslens("run", "user-created", "--to", nowhere, "-o", "a.buslens")
    assert (ran.code, ran.out) == (0, buslens("run", "user-created").out)
    assert "were not sent" in ran.err
    assert "nobody listens there" in ran.err
    ended = buslens("export", "a.buslens", "--to", nowhere)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "nobody listens there" in ended.err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run", "checkout", "--to", "otlp=ftp://a"), "http"),
        (("run", "checkout", "--to", "jsonl"), "otlp=http://localhost:4318"),
        (("run", "checkout", "--to", "otlp"), "not said where"),
        (("run", "checkout", "--payloads"), "--to"),
        (("export", "a.buslens", "--to", "otlp=http://a:1", "-o", "x"), "-o"),
        (("export", "a.buslens", "--to", "otlp"), "otlp=http://HOST:4318"),
        (("export", "a.buslens", "--to", "jsonl", "--follow", "-o", "x"), "--follow"),
        (("export", "a.buslens", "--to", "jsonl", "--payloads", "-o", "x"), "--payloads"),
        (("export", "nothing.buslens", "--to", "otlp=http://a:1"), "nothing.buslens"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(buslens: Program, arguments: tuple[str, ...], word: str) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    assert word in buslens(*arguments).complaint


def test_a_program_and_its_children_are_sent_while_it_is_watched(buslens: Program, collector: Collector) -> None:
    (buslens.folder / "app.py").write_text(APP)
    runtime = buslens.folder / "run"
    runtime.mkdir(mode=0o700)
    ended = buslens(
        "record", "--to", f"otlp={collector.url}", "--", buslens.python, "app.py", XDG_RUNTIME_DIR=str(runtime)
    )
    assert (ended.code, ended.out) == (0, "well\n"), ended.err
    (log,) = (Path(line.rpartition(" in ")[2]) for line in ended.err.splitlines() if "spans go to" in line)
    wait_until(lambda: log.exists() and "spans were sent" in log.read_text(), lambda: (log, len(collector.spans)))
    names = sorted(span.name for span in collector.spans)
    assert names == ["process child", "process parent", "send child", "send parent"]
    assert len({said(resource.attributes)["process.pid"] for resource in collector.resources}) == 2
