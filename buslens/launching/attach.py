"""`buslens attach`: lets the probe into a program that runs already, by Python's own way in, `sys.remote_exec`.

Python says nothing about whether the program ever comes to it. So the program answers in the session's folder, and a
request that nobody has answered in time is withdrawn: afterwards the program is watched, or as it was.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time

from buslens.launching import ps, running
from buslens.launching.bootstrap import libraries
from buslens.launching.command import WRONG_USE, WrongUse, budget_from, check_receiver, check_window, only_from, say
from buslens.launching.joining import ANSWER, ASKED, WITHDRAWN
from buslens.launching.running import CannotAttach, RunningPython
from buslens.launching.session import LaunchSession, runtime_folder

NO_ANSWER = 1
SCRIPT = "attach.py"
WAIT_SECONDS = 10.0

_JOINING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "joining.py")
_ASK = "import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])"
_ASKING_SECONDS = 30.0
_JOINING_SECONDS = 60.0
"""How long a program may take that has begun to answer."""

_EVERY_SECONDS = 0.02
_MOST_BYTES = 65_536
_TEXT = """# Written by `buslens attach {pid}`, and run by that process.
path = {joining!r}
joining = {{"__name__": "buslens.launching.joining", "__file__": path}}
with open(path, "rb") as file:
    exec(compile(file.read(), path, "exec"), joining)
joining["begin"]({folder!r}, {only!r}, {budget!r}, {control!r})
"""

HELP = """usage: buslens attach [OPTIONS] PID

Watch every bus in a program that runs already, in Python 3.14 or later, on Linux.

options:
  --window              open the window on it, as soon as it has a bus
  --to otlp=URL         send its spans to an OpenTelemetry collector, beside the program
  --only A,B            watch only these libraries: {libraries}
  --budget 5%           the share of its processor time that it gives to being watched
  --control             take commands of yours while it runs: emit events by hand (buslens emit), change what is
                        recorded (buslens tune); a socket for you alone, and a thread in the program
  --wait SECONDS        how long the program may take to answer (10)
  -q, --quiet           do not say where it is recorded and what cannot be seen
  -h, --help            show this
"""


class AttachRequest:
    """What was asked for."""

    def __init__(self) -> None:
        self.pid = 0
        self.only: "list[str]" = []
        self.to = ""
        self.budget = ""
        self.wait_s = WAIT_SECONDS
        self.takes_commands = False
        self.has_window = False
        self.prints_help = False
        self.is_quiet = False


def attach(arguments: "list[str]") -> int:
    """Watch the program that the arguments name. The exit code."""
    try:
        request = parsed(arguments)
        if request.prints_help:
            print(HELP.format(libraries=", ".join(libraries())), end="")
            return 0
        if request.has_window:
            check_window()
        if request.to:
            check_receiver(request.to)
        program = running.look(request.pid, [_JOINING])
        _check_unwatched(program)
        python = running.interpreter(program)
        session = LaunchSession.made()
    except WrongUse as wrong:
        say(f"{wrong} (see buslens attach --help)")
        return WRONG_USE
    except (CannotAttach, OSError) as error:
        say(str(error))
        return WRONG_USE
    why = asked(program, session, request, python)
    if why:
        say(why)
        return NO_ANSWER
    if not request.is_quiet:
        say(announcement(program, session))
    _look_on(program, session, request)
    return 0


def parsed(arguments: "list[str]") -> AttachRequest:
    """The options and the process. Raises WrongUse."""
    request, rest, processes = AttachRequest(), list(arguments), []
    while rest:
        option, is_joined, value = rest.pop(0).partition("=")
        if option in ("--only", "--to", "--budget", "--wait") and not is_joined:
            if not rest:
                raise WrongUse(f"{option} needs a value")
            value = rest.pop(0)
        if option == "--only":
            request.only = only_from(value)
        elif option == "--to":
            request.to = value
        elif option == "--budget":
            request.budget = budget_from(value)
        elif option == "--wait":
            request.wait_s = _seconds(value)
        elif option == "--control":
            request.takes_commands = True
        elif option == "--window":
            request.has_window = True
        elif option in ("-h", "--help"):
            request.prints_help = True
        elif option in ("-q", "--quiet"):
            request.is_quiet = True
        elif option.startswith("-"):
            raise WrongUse(f"no such option: {option}")
        else:
            processes.append(option)
    if request.prints_help:
        return request
    if len(processes) != 1 or not (processes[0].isascii() and processes[0].isdecimal() and len(processes[0]) < 10):
        raise WrongUse("give the number of one process, such as buslens attach 4711")
    request.pid = int(processes[0])
    return request


def asked(program: RunningPython, session: LaunchSession, request: AttachRequest, python: str) -> str:
    """Ask, and wait for the answer. Why the program is not watched; empty where it is."""
    folder = session.folder
    try:
        told = {"only": request.only, "budget": request.budget, "control": request.takes_commands}
        text = _TEXT.format(pid=program.pid, joining=_JOINING, folder=folder, **told)
        _write(os.path.join(folder, SCRIPT), text)
        _write(os.path.join(folder, ASKED), "")
        why = ask(python, program.pid, os.path.join(folder, SCRIPT))
    except OSError as error:
        why = f"process {program.pid} cannot be asked: {error}"
    if why:
        shutil.rmtree(folder, ignore_errors=True)
        return why
    try:
        return answer(program, folder, request.wait_s)
    except KeyboardInterrupt:
        if _withdrawn(folder):
            return f"withdrawn: process {program.pid} is as it was"
        return f"process {program.pid} has begun to let the probe in, and records into {folder}"


def ask(python: str, pid: int, script: str) -> str:
    """Have a Python of the program's version ask it to run the script. Why that cannot be; empty where it is asked."""
    command = [python, "-I", "-S", "-c", _ASK, str(pid), script]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_ASKING_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{python} took longer than {_ASKING_SECONDS:g} s to ask process {pid}"
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"it ended with {done.returncode}"]
        return f"process {pid} cannot be asked by {python}: {said[-1]}"
    return ""


def answer(program: RunningPython, folder: str, wait_s: float) -> str:
    """What the program answers. One that does not is as it was, and that is said."""
    limit = time.monotonic() + wait_s
    path = os.path.join(folder, ANSWER)
    while not os.path.exists(path):
        if not program.is_alive:
            return f"process {program.pid} has ended before it answered"
        late_s = time.monotonic() - limit
        if late_s > 0 and _withdrawn(folder):
            return _no_answer(program, wait_s)
        if late_s > _JOINING_SECONDS:
            return f"process {program.pid} has begun to let the probe in and does not get on; if it does: {folder}"
        select.select([], [], [], _EVERY_SECONDS)
    with open(path, "rb") as file:
        why = file.read(_MOST_BYTES).decode("utf-8", "replace")
    return f"process {program.pid} is not watched: {why}" if why else ""


def announcement(program: RunningPython, session: LaunchSession) -> str:
    """One line: what is watched, where to look, and what is not seen."""
    seen = next((each for each in ps.processes(session.folder) if each.pid == program.pid), None)
    buses = seen.buses if seen is not None else 0
    count = "1 bus" if buses == 1 else f"{buses or 'no'} buses"
    return (
        f"process {program.pid} ({program.title}) is watched, {count} so far, recording into {session.folder}; "
        "not seen: what was before, and other processes than those that it forks from now on"
    )


def _look_on(program: RunningPython, session: LaunchSession, request: AttachRequest) -> None:
    from buslens.launching import beside, sending, window

    if request.to:
        told = sending.send_beside(program.pid, session.folder, request.to)
        if not request.is_quiet:
            say(told)
    if request.has_window:
        beside.run_beside(program.pid, session.folder, window.command_for(session.folder))


def _check_unwatched(program: RunningPython) -> None:
    for folder in ps.sessions(runtime_folder()):
        for each in ps.processes(folder):
            if each.is_alive and (each.pid, each.ticks) == (program.pid, program.ticks):
                raise CannotAttach(f"process {program.pid} is watched already: buslens open {folder}")


def _withdrawn(folder: str) -> bool:
    """Take the request back. False where the program is about to answer it."""
    try:
        os.rename(os.path.join(folder, ASKED), os.path.join(folder, WITHDRAWN))
    except OSError:
        return False
    return True


def _no_answer(program: RunningPython, wait_s: float) -> str:
    if program.is_stopped:
        why = "it is stopped"
    else:
        why = "its main thread is in a call that waits, or not in Python; ask while it has something to do, or --wait"
    return f"process {program.pid} did not answer in {wait_s:g} s, and is as it was: {why}"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise WrongUse(f"--wait takes seconds, more than 0 and at most 86400, and not {text!r}")
    return seconds


def _write(path: str, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
