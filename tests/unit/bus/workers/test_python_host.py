"""Python of handlers: what it can do, and that nothing it does harms anybody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.session import Session
from bus.workers.conversation import Conversation
from bus.workers.python_child import MOST_OUTPUT
from bus.workers.python_host import MOST_CHILDREN, PythonHost
from buslens.records import Outcome
from tests.helpers.live import Live
from tests.helpers.told import failure, logged

ENGINES = pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])


def scenario(code: str) -> str:
    block = "".join(f"          {line}\n" for line in code.splitlines())
    return (
        "events: {a: {sample: {id: 5}}, b: {schema: {type: object}}}\nhandlers:\n  h:\n    on: a\n    do:\n"
        f"      - python: |\n{block}"
        "  g: {on: b, do: [{wait: 1ms}, {log: 'g got ${event.payload.x}'}, {fail: {if: event.payload.x == 13}}]}\n"
        "script: [{emit: a}]"
    )


def ran(live: Live, code: str, engine: str = "pyee") -> Session:
    return live.ended(scenario(code), engine=engine)


@ENGINES
def test_code_sees_its_event_logs_and_emits(engine: str, live: Live) -> None:
    session = ran(live, "print('printed', event.name)\nlog(payload['id'])\nemit('b', {'x': payload['id'] + 1})", engine)
    assert logged(session.trace) == ["printed a", "5", "g got 6"]
    assert session.trace.dispatches.parent_call.tolist() == [0, int(session.trace.calls.id[0])]


def test_an_emit_waits_for_the_handlers_of_a_synchronous_engine(live: Live) -> None:
    session = ran(live, "emit('b', {'x': 1})\nlog('after')", "pyee")
    assert logged(session.trace) == ["g got 1", "after"]


@ENGINES
def test_an_exception_fails_the_call_and_points_into_the_file(engine: str, live: Live) -> None:
    session = ran(live, "def inner():\n    raise KeyError('nope')\ninner()", engine)
    assert failure(session.trace) == ("KeyError", "'nope'")
    error = session.trace.error(0)
    assert error is not None
    assert "line 10, in <module>\n    inner()" in error.traceback
    assert "line 9, in inner\n    raise KeyError('nope')" in error.traceback


def test_code_that_is_no_python_fails_at_its_line(live: Live) -> None:
    session = ran(live, "x = 1\ny = = 2")
    assert failure(session.trace)[0] == "SyntaxError"
    error = session.trace.error(0)
    assert error is not None
    assert ", line 9, in" in error.traceback


def test_what_a_nested_handler_raises_arrives_in_the_code(live: Live) -> None:
    session = ran(live, "try:\n    emit('b', {'x': 13})\nexcept Exception as error:\n    log(type(error).__name__)")
    assert logged(session.trace) == ["g got 13", "HandlerFailed"]
    assert session.trace.calls.outcome.tolist() == [Outcome.OK, Outcome.FAILED]
    assert failure(ran(live, "emit('b', 3)").trace) == (
        "PayloadRefused",
        "b was not emitted: $: 3 is not of type 'object'",
    )


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import os; os._exit(3)", "PythonEnded", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "PythonEnded", "killed by signal 9"),
        ("import sys; sys.exit(2)", "SystemExit", "2"),
        ("emit('b', {'x': 'y' * 5_000_000})", "ValueError", "a message of 5000026 bytes"),
        ("import os\nfor n in range(3, 20):\n    try: os.write(n, b'junk' * 99)\n    except OSError: pass",
         "PythonEnded", "no message"),
        ("import os; os.closerange(0, 50)", "PythonEnded", "ended with exit code"),
    ],
)  # fmt: skip
@ENGINES
def test_whatever_code_does_only_its_call_fails(engine: str, code: str, kind: str, message: str, live: Live) -> None:
    session = ran(live, code, engine)
    assert failure(session.trace)[0] == kind
    assert message in failure(session.trace)[1]
    session.emit("b", {"x": 2})
    assert session.wait(60)
    assert logged(session.trace) == ["g got 2"]


def test_what_code_prints_is_kept_up_to_a_bound(live: Live) -> None:
    session = ran(live, "for i in range(200_000): print('x' * 100)")
    assert session.trace.calls.outcome.tolist() == [Outcome.OK]
    lines = logged(session.trace)
    assert len(lines) <= 1_001
    assert sum(map(len, lines)) <= MOST_OUTPUT + 100
    assert "than are kept" in lines[-1] or "than is kept" in lines[-1]


@pytest.mark.parametrize("code", ["import time; time.sleep(1000)", "while True: pass",
                                  "import subprocess; subprocess.run(['sleep', '1000'])"])  # fmt: skip
@ENGINES
def test_code_that_does_not_end_is_killed_when_the_run_is_stopped(engine: str, code: str, live: Live) -> None:
    session = live(scenario(code))
    session.start(engine=engine)
    live.calls(session, 1)
    session.stop()
    live.until(session, lambda: session.engine_state.phase == "idle")
    assert session.trace.calls.outcome.tolist() == [Outcome.CANCELLED]


def test_code_runs_only_in_a_file_that_was_trusted(live: Live, tmp_path: Path) -> None:
    live.trusted = False
    proof = tmp_path / "ran"
    session = ran(live, f"open({str(proof)!r}, 'w').close()")
    assert failure(session.trace)[0] == "NotTrusted"
    assert "trust the file" in failure(session.trace)[1]
    assert not proof.exists()
    live.trusted = True
    session.emit("a", {"id": 1})
    assert session.wait(60)
    assert proof.exists()


def test_no_time_passes_at_full_speed_while_code_computes(live: Live) -> None:
    text = scenario("import time\ntime.sleep(0.3)").replace("script:", "  t: {on: a, do: [{wait: 1s}]}\nscript:")
    session = live.ended(text, engine="pyee-asyncio")
    assert session.trace.calls.ended_ns.tolist() == [0, 1_000_000_000]


def test_code_draws_from_the_scenarios_randomness(live: Live) -> None:
    code = "import random; log(random.random())"
    assert logged(ran(live, code).trace) == logged(ran(live, code).trace)


def test_code_that_emits_inside_of_itself_ends_with_a_reason(live: Live) -> None:
    session = ran(live, "emit('a', payload)")
    assert len(session.trace.calls) == MOST_CHILDREN + 1
    errors = [session.trace.error(row) for row in range(len(session.trace.calls))]
    assert {error.type for error in errors if error} == {"TooManyPythonCalls"}


def test_children_end_with_their_host() -> None:
    host = PythonHost()
    with Conversation(host, emit=lambda event, payload: None, log=lambda text: None) as talk:
        talk.begin({"code": "import os; log(os.getpid())", "seed": 1, "event": "a", "payload": None})
        said = talk.hear()
        assert said is not None
        child = int(said["log"])
        os.kill(child, 0)
    host.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


OUTSIDE = """import time, datetime, threading, socket, random
for _ in range(3): now = time.time()
datetime.datetime.now()
time.sleep(0.001)
threading.Thread(target=print).start()
s = socket.socket(socket.AF_UNIX)
try: s.connect("/nowhere")
except OSError: pass
time.strftime("%Y", (2026, 1, 1, 0, 0, 0, 0, 1, 0)), random.random(), sorted([2, 1])
"""


@ENGINES
def test_what_code_does_in_the_real_world_is_told_once_for_each_place_in_virtual_time(engine: str, live: Live) -> None:
    session = ran(live, OUTSIDE, engine)
    told = [line.removesuffix(": what comes of that is not decided by the seed") for line in logged(session.trace)]
    first = next(int(line.split()[1]) for line in told)
    assert session.document is not None
    assert session.document.text.splitlines()[first - 1].strip() == OUTSIDE.splitlines()[1]
    assert [line for line in told if line] == [
        f"line {first} reads the real clock (time.time) in virtual time",
        f"line {first + 1} reads the real clock (datetime.now) in virtual time",
        f"line {first + 2} sleeps in real time (time.sleep) in virtual time",
        f"line {first + 3} starts a thread in virtual time",
        f"line {first + 5} uses a socket (connect) in virtual time",
    ]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import time; time.perf_counter()", "reads the real clock (time.perf_counter)"),
        ("import time; time.process_time_ns()", "reads the real clock (time.process_time_ns)"),
        ("import datetime; datetime.datetime.now()", "reads the real clock (datetime.now)"),
        ("import datetime; datetime.date.today()", "reads the real clock (date.today)"),
        ("import uuid; uuid.uuid4()", "draws what no seed decides (os.urandom)"),
        ("import os; os.urandom(4)", "draws what no seed decides (os.urandom)"),
        ("import secrets; secrets.token_hex(4)", "draws what no seed decides (os.urandom)"),
        ("import random; random.SystemRandom().random()", "draws what no seed decides (os.urandom)"),
        ("import subprocess; subprocess.run(['true'])", "starts a process"),
        ("import os; os.system('true')", "starts a process"),
        ("import threading; threading.Thread(target=print).start()", "starts a thread"),
        ("import random; random.random(); random.choice([1, 2]); random.Random(5).gauss()", ""),
    ],
)
def test_whatever_no_seed_decides_is_told_in_virtual_time(code: str, told: str, live: Live) -> None:
    lines = [line for line in logged(ran(live, code, "pyee").trace) if line]
    assert any(told in line for line in lines) if told else lines == []


def test_sets_of_texts_are_walked_through_in_the_same_order_in_each_process(live: Live) -> None:
    code = "print(list({'a', 'b', 'c', 'd', 'e', 'f'}), hash('a'))"
    one, other = (logged(ran(live, code, "pyee").trace) for _ in range(2))
    assert one == other


def test_it_is_told_once_also_where_many_calls_do_it(live: Live) -> None:
    text = scenario("import time\ntime.time()").replace("[{emit: a}]", "[{emit: a, times: 20}]")
    assert len(logged(live.ended(text, engine="pyee-asyncio").trace)) == 1


def test_at_the_speed_of_the_real_clock_reading_it_is_nothing_to_tell(live: Live) -> None:
    assert logged(live.ended(scenario("import time\ntime.time()"), engine="pyee", speed=1000.0).trace) == []
