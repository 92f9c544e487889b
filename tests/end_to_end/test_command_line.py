"""What a person gets from each command, when they use it right."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bus.export import EXPORTERS
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

FAILING = """buslens: 1
name: Shop
engine: pyee-asyncio
seed: 7
events:
  order.placed: {}
  order.forgotten: {}
handlers:
  reserve_stock:
    on: order.placed
    do:
      - wait: 20ms
  charge_card:
    on: order.placed
    do:
      - fail: {error: CardDeclined, message: no money}
script:
  - emit: order.placed
    every: 100ms
    times: 5
  - emit: order.forgotten
"""

ENDLESS = """buslens: 1
name: Clock
events: {tick: {}}
handlers:
  never:
    on: tick
    do: [{wait: forever}]
script:
  - emit: tick
    every: 10ms
    times: 1000000
"""

SAMPLES = (
    "checkout",
    "user-created",
    "lost-events",
    "blocking-handler",
    "async-errors",
    "dying-consumer",
    "offloading",
    "feedback-loop",
    "back-pressure",
    "saga",
    "shared-parts",
    "lossy-network",
    "service-in-trouble",
    "broker-in-trouble",
    "wrong-clock",
    "lost-update",
    "ten-runners",
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(FAILING)
    return path


def test_the_version_is_printed(buslens: Program) -> None:
    ended = buslens("--version")
    assert ended.code == 0
    assert ended.out.startswith("buslens 0.")


@pytest.mark.parametrize("command", ["open", "run", "export", "validate", "doctor"])
def test_every_command_explains_itself(buslens: Program, command: str) -> None:
    assert command in buslens("--help").out
    ended = buslens(command, "--help")
    assert ended.code == 0
    assert "Usage: buslens" in ended.out


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_runs_by_its_name(buslens: Program, sample: str) -> None:
    ended = buslens("run", sample)
    assert ended.code in (0, 1), ended
    assert "Traceback" not in ended.err


def test_the_summary_names_events_handlers_failures_and_losses(buslens: Program, shop: Path) -> None:
    ended = buslens("run", shop)
    assert ended.code == 0
    for word in ("order.placed", "order.forgotten", "reserve_stock", "charge_card", "failed", "lost", "p95"):
        assert word in ended.out
    assert ended.err == ""


def test_the_summary_as_json(buslens: Program, shop: Path) -> None:
    summary = json.loads(buslens("run", shop, "--json").out)
    events = {row["name"]: row for row in summary["events"]}
    handlers = {row["name"]: row for row in summary["handlers"]}
    assert events["order.placed"]["count"] == 5
    assert events["order.forgotten"]["lost"] == 1
    assert handlers["charge_card"]["failed"] == 5
    assert handlers["reserve_stock"]["failed"] == 0
    assert handlers["reserve_stock"]["duration_ns"]["p50"] >= 20_000_000


def test_failures_fail_the_run_only_when_asked_to(buslens: Program, shop: Path) -> None:
    assert buslens("run", shop).code == 0
    assert buslens("run", shop, "--strict").code == 1


def test_the_same_seed_gives_the_same_summary(buslens: Program) -> None:
    first, again = (buslens("run", "checkout", "--seed", "11", "--json").out for _ in range(2))
    assert first == again
    assert first != buslens("run", "checkout", "--seed", "12", "--json").out


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
def test_every_engine_runs_the_scenario(buslens: Program, shop: Path, engine: str) -> None:
    summary = json.loads(buslens("run", shop, "--engine", engine, "--json").out)
    assert summary["engine"] == engine
    assert {row["name"]: row["count"] for row in summary["events"]}["order.placed"] == 5


@pytest.mark.parametrize("format_id", [exporter.id for exporter in EXPORTERS])
def test_a_capture_is_exported_in_every_format(buslens: Program, shop: Path, tmp_path: Path, format_id: str) -> None:
    capture, out = tmp_path / "shop.capture", tmp_path / "out"
    assert buslens("run", shop, "-o", capture).code == 0
    assert buslens("validate", capture).code == 0
    ended = buslens("export", capture, "--to", format_id, "-o", out)
    assert ended.code == 0, ended
    assert ended.err == ""
    assert list(tmp_path.glob("out*"))


def test_ctrl_c_ends_a_run_at_once_and_keeps_what_was_recorded(buslens: Program, tmp_path: Path) -> None:
    (tmp_path / "clock.yaml").write_text(ENDLESS)
    try:
        terminal, its_end = os.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no pseudo-terminals ({error.strerror})")
    process = subprocess.Popen(
        buslens.command("run", "clock.yaml", "--speed", "1", "-o", "clock.capture"),
        cwd=tmp_path,
        env=buslens.environment(TERM="xterm"),
        stdout=subprocess.PIPE,
        stderr=its_end,
        text=True,
    )
    os.close(its_end)
    drawn = b""
    while b"dispatches" not in drawn:  # the progress bar is on the terminal: the scenario runs
        drawn += os.read(terminal, 4096)
    process.send_signal(signal.SIGINT)
    try:
        while more := os.read(terminal, 4096):
            drawn += more
    except OSError:  # how Linux says that the other end is closed
        os.close(terminal)
    out, _ = process.communicate(timeout=PATIENCE_S)
    logs = [log.read_text() for log in tmp_path.rglob("crash-*.log")]
    assert process.returncode == 130, (drawn, *logs)
    assert b"Traceback" not in drawn
    assert "tick" in out
    assert buslens("validate", "clock.capture").code == 0


def test_a_reader_that_leaves_early_is_no_error(buslens: Program, shop: Path) -> None:
    command = " ".join(buslens.command("run", str(shop), "--json"))
    done = subprocess.run(
        ["bash", "-c", f"{command} | true; exit ${{PIPESTATUS[0]}}"],
        cwd=buslens.folder,
        env=buslens.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stderr == ""


def test_python_handlers_run_only_for_a_file_that_was_trusted(buslens: Program, tmp_path: Path) -> None:
    path, proof = tmp_path / "python.yaml", tmp_path / "ran"
    code = f"open({str(proof)!r}, 'w').close()"
    path.write_text(
        f"buslens: 1\nevents: {{a: {{}}}}\nhandlers:\n  h:\n    on: a\n    do:\n      - python: |\n          {code}\n"
        "script: [{emit: a}]\n"
    )
    assert "--trust" in buslens("run", path).complaint
    assert not proof.exists()
    assert buslens("run", path, "--trust").code == 0
    assert proof.exists()
    assert buslens("run", path).code == 0
    path.write_text(path.read_text() + "# changed\n")
    assert "--trust" in buslens("run", path).complaint


def test_doctor_says_what_it_found(buslens: Program) -> None:
    ended = buslens("doctor")
    assert ended.code == 0, ended
    for word in ("Python", "pyside6-essentials", "duckdb", "display", "platform plugin offscreen", "editor"):
        assert word in ended.out


def test_doctor_says_what_to_do_where_qt_cannot_start(buslens: Program) -> None:
    ended = buslens("doctor", QT_QPA_PLATFORM="no-such-plugin")
    assert ended.code == 1
    assert "MISSING" in ended.out


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_leaves_a_capture_of_what_it_did(buslens: Program, how: signal.Signals) -> None:
    scenario, out = buslens.folder / "clock.yaml", buslens.folder / "out.buslens"
    scenario.write_text(ENDLESS)
    process = subprocess.Popen(
        buslens.command("run", scenario, "--speed", "1", "-o", out),
        cwd=buslens.folder,
        env=buslens.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: out.is_file() and out.stat().st_size > 5_000)
    process.send_signal(how)
    _, complaints = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == (130 if how is signal.SIGTERM else -how)
    assert ("calls that had not ended are cut off" in complaints) == (how is signal.SIGTERM)
    told = buslens("query", out, "select count(*) as n from calls", "--to", "json")
    assert json.loads(told.out)[0]["n"] > 10


def wait_until(condition: Callable[[], bool]) -> None:
    limit, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not condition():
        assert time.monotonic() < limit
        pause.wait(0.02)
