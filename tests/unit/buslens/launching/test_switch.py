"""`BUSLENS=1`: a program and its children are watched as one session, by the path file that the wheel brings."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from buslens.launching import ps, variables
from buslens.launching.switch import VARIABLE, begin
from tests.helpers.streams import events, followed

PATH_FILE = Path(__file__).resolve().parents[4] / "packaging" / "wheel" / "buslens.pth"
BUS = "from pyee.base import EventEmitter\nbus = EventEmitter()\nbus.emit('ready')\n"
PARENT = f"{BUS}import subprocess, sys\nsubprocess.run([sys.executable, 'child.py'], check=True)\n"


class Environment:
    """A Python whose environment has the path file, and that finds pyee and buslens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o700)
        site = folder / "site"
        site.mkdir()
        (site / PATH_FILE.name).write_bytes(PATH_FILE.read_bytes())
        (site / "a.pth").write_text(f"{sysconfig.get_path('purelib')}\n{PATH_FILE.parents[2]}\n")
        # What a start does with the path files of an environment, and no path file of this one.
        (folder / "run.py").write_text(
            "import runpy, site, sys\n"
            f"site.addsitedir({str(site)!r})\n"
            "sys.path.insert(0, '')\nrunpy.run_path(sys.argv[1], run_name='__main__')\n"
        )
        (folder / "app.py").write_text(PARENT)
        (folder / "child.py").write_text(BUS)
        (folder / "plain.py").write_text("print('plain')\n")

    @property
    def sessions(self) -> list[list[ps.ProcessSeen]]:
        folder = self.folder / "buslens"
        return [ps.processes(each) for each in ps.sessions(str(folder))] if folder.exists() else []

    def __call__(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BUSLENS", "PYTHONPATH"))}
        return subprocess.run(
            [sys.executable, "-S", "run.py", *arguments],
            cwd=self.folder,
            env={**kept, "XDG_RUNTIME_DIR": str(self.folder), **variables},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def run(tmp_path: Path) -> Environment:
    return Environment(tmp_path)


def test_a_program_and_its_children_are_one_session(run: Environment) -> None:
    done = run("app.py", BUSLENS="1")
    ((parent, child),) = run.sessions
    session = Path(parent.capture).parent
    assert (done.returncode, done.stderr) == (
        0,
        f"buslens: recording into {session}; not seen: Pythons started with an environment of their own\n",
    )
    assert (parent.state, child.state, child.parent) == ("ended", "ended", parent.name)
    assert [events(followed(Path(each.capture))[0]) for each in (parent, child)] == [["ready"], ["ready"]]


def test_a_child_that_reads_no_variables_of_python_is_watched(run: Environment) -> None:
    (run.folder / "app.py").write_text(
        BUS + "import subprocess, sys\nsubprocess.run([sys.executable, '-IS', 'run.py', 'child.py'], check=True)\n"
    )
    assert run("app.py", BUSLENS="1").stderr.count("\n") == 1
    ((parent, child),) = run.sessions
    assert (parent.buses, child.buses, child.parent) == (1, 1, parent.name)


def test_without_children_there_is_one_process(run: Environment) -> None:
    assert run("app.py", BUSLENS="1", BUSLENS_CHILDREN="no", BUSLENS_ONLY="pyee").returncode == 0
    ((parent,),) = run.sessions
    assert parent.buses == 1


def test_where_a_session_has_gone_a_new_one_is_made(run: Environment) -> None:
    run("child.py", BUSLENS="yes", BUSLENS_SESSION="/gone", BUSLENS_PARENT="7-1")
    ((process,),) = run.sessions
    assert process.parent == ""


@pytest.mark.parametrize("value", ["1", "0", "", None])
def test_a_program_without_a_bus_notices_nothing_and_leaves_nothing(run: Environment, value: str | None) -> None:
    done = run("plain.py", **({} if value is None else {VARIABLE: value}))
    assert (done.stdout, done.stderr, run.sessions) == ("plain\n", "", [])


def test_where_the_variable_is_not_set_nothing_of_ours_is_imported(run: Environment) -> None:
    (run.folder / "modules.py").write_text("import sys\nprint([name for name in sys.modules if 'buslens' in name])\n")
    assert run("modules.py").stdout == "[]\n"


def test_a_value_that_is_not_known_is_one_line(run: Environment) -> None:
    done = run("child.py", BUSLENS="maybe")
    assert (done.returncode, run.sessions) == (0, [])
    assert done.stderr == "buslens: this program is not watched: BUSLENS=1 watches it, and BUSLENS=maybe is not known\n"


def test_our_own_command_is_not_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    monkeypatch.setattr("buslens.launching.session.command_line", lambda: ["python3", "/usr/bin/buslens", "open"])
    begin()
    assert VARIABLE not in os.environ
    assert variables.SESSION not in os.environ
