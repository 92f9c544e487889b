"""`buslens record` becomes the program: it does, prints and ends with what it does bare, and is recorded."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyee
import pytest
import typing_extensions

from bus.programs.collecting import whole
from bus.programs.loading import load
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Ended, Program
from tests.helpers.seen import Seen, seen

BUS = "from pyee.base import EventEmitter\nbus = EventEmitter()\nbus.emit('ready', 1)\n"
PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python3"))
OTHERS = [path for path in PYTHONS if int(path.parts[-3].split(".")[1]) >= 9] or [Path(sys.executable)]
TOO_OLD = [path for path in PYTHONS if path not in OTHERS]


@dataclass
class Record:
    """Runs programs in `folder`, bare and recorded into `program.buslens`; they find pyee, and nothing of ours."""

    folder: Path
    python: str
    path: str

    @property
    def capture(self) -> Path:
        return self.folder / "program.buslens"

    @property
    def seen(self) -> Seen:
        return seen(whole(self.capture, pytest.fail))

    def write(self, name: str, text: str) -> Path:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)
        return self.folder / name

    def bare(self, *command: str | Path, **how: Any) -> Ended:
        return self._run([str(part) for part in command], **how)

    def __call__(self, *command: str | Path, options: tuple[str, ...] = (), **how: Any) -> Ended:
        return self._run([*self.recorded(*options), *map(str, command)], **how)

    def recorded(self, *options: str) -> list[str]:
        launcher = "from buslens.__main__ import main; main()"
        root = str(Path(__file__).resolve().parents[2])
        start = f"import sys; sys.path.insert(0, {root!r}); {launcher}"
        return [sys.executable, "-I", "-c", start, "record", "-q", "-o", str(self.capture), *options, "--"]

    def environment(self, **more: str) -> dict[str, str]:
        made = Program(self.folder).environment(XDG_RUNTIME_DIR=str(self.folder / "run"), **more)
        return {"PYTHONPATH": self.path, **made}

    def _run(self, command: list[str], input: str | None = None, **more: str) -> Ended:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment(**more),
            input=input,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with the bus library alone, for any Python."""
    folder = tmp_path_factory.mktemp("libraries")
    shutil.copytree(Path(pyee.__file__).parent, folder / "pyee", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(typing_extensions.__file__, folder)
    return str(folder)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """That of an environment with nothing installed."""
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")


@pytest.fixture
def record(tmp_path: Path, libraries: str, python: str) -> Record:
    (tmp_path / "run").mkdir(mode=0o700)
    return Record(tmp_path, python, libraries)


@pytest.mark.parametrize("python", OTHERS, ids=lambda path: path.parts[-3])
def test_every_python_is_watched_with_nothing_installed_there(record: Record, python: Path) -> None:
    app = record.write("app.py", f"import sys\n{BUS}print(sys.argv)\nsys.exit(3)\n")
    assert record(python, app, "a", "--b") == record.bare(python, app, "a", "--b")
    assert record.seen.events == ["ready"]
    assert record.seen.buses == ["EventEmitter at app.py:3"]
    assert record.seen.ended


@pytest.mark.skipif(not TOO_OLD, reason="no Python older than 3.9 on this machine")
def test_a_python_that_is_too_old_says_so_and_runs_bare(record: Record) -> None:
    ended = record(TOO_OLD[0], "-c", "print('here')")
    assert (ended.code, ended.out) == (0, "here\n")
    assert "the probe needs 3.9: nothing is watched" in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("", 0),
        ("raise SystemExit(7)", 7),
        ("import os; os._exit(9)", 9),
        ("1 / 0", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import os, signal; os.kill(os.getpid(), signal.SIGPIPE)", 0),
    ],
)
def test_exit_codes_output_and_tracebacks_are_the_programs_own(record: Record, end: str, code: int) -> None:
    app = record.write("app.py", f"{BUS}print('out', flush=True)\n{end}\n")
    bare, watched = record.bare(record.python, app), record(record.python, app)
    assert watched == bare
    assert watched.code == code
    assert record.seen.events == ["ready"]


def test_stdin_the_working_folder_and_code_on_the_command_line_are_the_programs_own(record: Record) -> None:
    code = f"import os, sys\n{BUS}print(os.getcwd(), sys.argv, sys.path[0], input())"
    assert record(record.python, "-c", code, "a", input="typed\n") == record.bare(
        record.python, "-c", code, "a", input="typed\n"
    )
    assert record.seen.events == ["ready"]


def test_a_module_runs_by_its_name_also_without_a_python_in_front(record: Record) -> None:
    record.write("shop/__init__.py", "")
    record.write("shop/__main__.py", f"{BUS}print(__spec__.name, __package__)\n")
    folder = Path(record.python).parent  # as in an environment that is active
    ended = record("-m", "shop", PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert ended == record.bare(record.python, "-m", "shop")
    assert record.seen.events == ["ready"]


def test_it_is_the_very_process_and_ends_by_the_signals_it_gets(record: Record) -> None:
    app = record.write("app.py", f"import os, time\n{BUS}print(os.getpid(), flush=True)\ntime.sleep(600)\n")
    command = [*record.recorded(), record.python, str(app)]
    with subprocess.Popen(
        command, cwd=record.folder, env=record.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGINT
    assert err.endswith("KeyboardInterrupt\n")


@pytest.mark.parametrize("name", ["sitecustomize.py", "sitecustomize/__init__.py", "usercustomize.py"])
def test_the_programs_own_sitecustomize_runs_as_ever(record: Record, name: str) -> None:
    module = name.partition("/")[0].removesuffix(".py")
    own = "import sys\nprint(__name__, __spec__.origin, sys.modules[__name__].__file__)\nX = 1\n"
    record.write(f"site/{name}", own + BUS)
    app = record.write("app.py", f"import sys\nprint(sys.modules[{module!r}].X, sys.path)\n")
    record.path = os.pathsep.join([str(record.folder / "site"), record.path])
    python = os.path.realpath(sys.executable) if module == "usercustomize" else record.python  # environments have none
    assert record(python, app, PYTHONNOUSERSITE="") == record.bare(python, app, PYTHONNOUSERSITE="")
    assert record.seen.events == ["ready"]


@pytest.mark.parametrize("text", ["1 / 0", "raise ImportError('no')", "import no_such_module", "raise SystemExit(4)"])
def test_one_that_fails_fails_as_ever(record: Record, text: str) -> None:
    record.write("site/sitecustomize.py", text)
    record.path = os.pathsep.join([str(record.folder / "site"), record.path])
    app = record.write("app.py", f"{BUS}print('runs')\n")
    bare, watched = record.bare(record.python, app), record(record.python, app)
    assert (watched.code, watched.out) == (bare.code, bare.out)
    assert watched.err.splitlines()[-1:] == bare.err.splitlines()[-1:]


def test_the_program_finds_the_modules_that_it_finds_bare(record: Record) -> None:
    for name in ("queue", "shutil", "tracemalloc", "wire"):
        record.write(f"{name}.py", f"OWN = {name!r}\n")
    look = (
        "import sys\n"
        "def look():\n"
        "    import queue, shutil, tracemalloc, wire, json\n"
        "    try:\n        import buslens\n    except ModuleNotFoundError as error:\n        print(error)\n"
        "    print(queue.OWN, shutil.OWN, tracemalloc.OWN, wire.OWN, json.__spec__.origin)\n"
        "    print([name for name in sys.modules if 'buslens' in name], sys.path)\n"
    )
    app = record.write("app.py", f"{look}{BUS}look()\nbus.on('ready', lambda x: look())\nbus.emit('ready', 2)\n")
    assert record(record.python, app) == record.bare(record.python, app)
    early = record.write("early.py", f"{look}look()\n{BUS}look()\n")
    assert record(record.python, early) == record.bare(record.python, early)
    assert record.seen.events == ["ready"]


def test_a_program_with_a_buslens_of_its_own_is_told_which_one_is_used(record: Record) -> None:
    record.write("buslens.py", "OWN = True\n")
    app = record.write("app.py", f"{BUS}import buslens\nprint(buslens.attach(bus).attached)\n")
    ended = record(record.python, app)
    assert ended.out == "True\n"
    assert f"the program's own buslens ({record.folder / 'buslens.py'}) is not used" in ended.err
    assert len(ended.err.splitlines()) == 1


CHILDREN = """
import multiprocessing, os, subprocess, sys
from concurrent.futures import ProcessPoolExecutor
from pyee.base import EventEmitter

bus = EventEmitter()

def work(kind):
    bus.emit(kind)

if __name__ == "__main__":
    work("main")
    if os.fork() == 0:
        work("fork")
        os._exit(0)
    os.wait()
    for kind in ("fork", "spawn", "forkserver"):
        child = multiprocessing.get_context(kind).Process(target=work, args=("multiprocessing " + kind,))
        child.start()
        child.join()
    with ProcessPoolExecutor(1) as pool:
        pool.submit(work, "pool").result()
    code = "from pyee.base import EventEmitter; EventEmitter().emit('subprocess')"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": "", "PYTHONPATH": os.environ["PYTHONPATH"]})
    if len(sys.argv) == 1:
        os.execv(sys.executable, [sys.executable, __file__, "again"])
"""


def test_children_of_every_kind_are_one_session(record: Record) -> None:
    app = record.write("app.py", CHILDREN)
    ended = record(record.python, app, "once")
    assert (ended.code, ended.err) == (0, "")
    found = record.seen
    assert found.marks[0].endswith("but for those with an environment of their own")
    kinds = ["multiprocessing fork", "multiprocessing forkserver", "multiprocessing spawn"]
    assert sorted(found.events) == ["fork", "main", *kinds, "pool", "subprocess"]
    listed = record.bare(*record.recorded()[:4], "ps")
    rows = [line.split() for line in listed.out.splitlines()[1:]]
    assert rows[0][-2:] == ["app.py", str(record.capture)]
    assert {row[-1] for row in rows if row[-1][:1] == "/"} == {str(record.capture)}
    assert [path.name for path in record.folder.glob("program.*")] == ["program.buslens"]
    assert not any(line.split()[6] == "running" for line in listed.out.splitlines()[1:])


def test_a_program_that_becomes_itself_again_keeps_what_it_recorded_before(record: Record) -> None:
    again = (
        "    import atexit; atexit._run_exitfuncs()\n    os.execv(sys.executable, [sys.executable, __file__, '2'])\n"
    )
    app = record.write("app.py", f"import os, sys\n{BUS}if len(sys.argv) == 1:\n    bus.emit('first')\n{again}")
    assert record(record.python, app).code == 0
    assert record.seen.events == ["ready", "first", "ready"]


def test_without_children_the_program_finds_its_environment_as_it_was(record: Record) -> None:
    look = "import os\nprint(sorted(name for name in os.environ if 'BUSLENS' in name), os.environ['PYTHONPATH'])\n"
    app = record.write("app.py", BUS + look)
    assert record(record.python, app, options=("--no-children",)) == record.bare(record.python, app)
    assert record.seen.events == ["ready"]


@pytest.mark.parametrize("flag", ["-I", "-E", "-S", "-sSE"])
def test_a_python_that_looks_for_nothing_is_said_beforehand(record: Record, flag: str) -> None:
    ended = record(record.python, flag, "-c", "print('here')")
    assert (ended.code, ended.out) == (0, "here\n")
    said = "does not look for the probe: the program runs, and nothing is watched"
    assert ended.err == f"buslens: {record.python} {flag} {said}\n"


def test_without_a_stderr_nothing_of_ours_goes_to_the_programs_output(record: Record) -> None:
    app = record.write("app.py", BUS)
    command = [word for word in record.recorded() if word != "-q"]
    done = record.bare("sh", "-c", 'exec "$@" 2>&-', "sh", *command, record.python, app)
    assert (done.code, done.out) == (0, "")
    assert record.seen.events == ["ready"]


def test_an_object_that_is_first_used_when_python_ends_is_left_alone(record: Record) -> None:
    dies = "class Dies:\n    def __init__(self):\n        self.bus = EventEmitter()\n    def __del__(self):\n"
    app = record.write("app.py", f"{BUS}{dies}        self.bus.emit('dying')\nkept = Dies()\n")
    assert record(record.python, app) == record.bare(record.python, app)
    assert record.seen.events == ["ready"]


def test_what_cannot_be_run_is_one_sentence(record: Record) -> None:
    record.write("app.py", BUS)
    assert record("no-such-command").complaint.startswith("buslens: no command 'no-such-command' is found (see")
    assert "for a script, buslens record -- python app.py" in record("app.py").complaint
    assert "nothing to run" in record().complaint
    assert "--only knows no library 'x': buslens watches" in record("python", options=("--only", "x")).complaint
    assert "no such option: --fast" in record("python", options=("--fast",)).complaint
    assert "cannot be written" in record("python", options=("-o", "no/such/folder/x")).complaint


def test_the_variables_alone_watch_a_program_that_something_else_starts(record: Record) -> None:
    command = record.recorded()
    printed = record.bare(*command[:-1], "--variables").out
    app = record.write("app.py", BUS)
    assert record.bare(record.python, app, **dict(line.split("=", 1) for line in printed.splitlines())).code == 0
    assert record.seen.events == ["ready"]


def test_a_session_that_is_gone_or_open_to_others_is_one_line(record: Record) -> None:
    gone = "shutil.rmtree(os.environ['BUSLENS_SESSION'])\nsubprocess.run([sys.executable, '-c', 'print(1)'])\n"
    app = record.write("app.py", f"import os, shutil, subprocess, sys\n{gone}")
    ended = record(record.python, app)
    assert ended.out == "1\n"
    assert len(ended.err.splitlines()) == 1
    assert "is not there any more" in ended.err
    (record.folder / "run" / "buslens").chmod(0o755)
    assert "nobody else may enter" in record(record.python, app).complaint


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--payloads", "keys"), {"id": "<int>", "mail": "<str>", "password": "<str>"}),
        (("--redact", "mail"), {"id": 7, "mail": "<redacted>", "password": "<redacted>"}),
    ],
)
def test_what_of_payloads_leaves_the_program_is_chosen(
    record: Record, options: tuple[str, ...], expected: dict[str, object]
) -> None:
    record.write("app.py", BUS.replace("1)", "{'id': 7, 'mail': 'ann@example.org', 'password': 'sesame'})"))
    assert record(record.python, "app.py", options=options).code == 0
    trace = load(record.capture)
    told = {
        key: "<redacted>" if str(value).startswith("<redacted") else value
        for key, value in trace.payload(0).value.items()
    }
    assert told == expected
