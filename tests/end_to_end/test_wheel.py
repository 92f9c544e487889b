"""What `pip install` leaves in a fresh environment: the one package `buslens`, and a program that works.

Without the extra `app` that is the probe alone, on every Python from 3.9 on, and it needs nothing else.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest

from bus.engines import ENGINES
from bus.workers import KINDS as WORKERS
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

ROOT = Path(__file__).resolve().parents[2]
BROKERS = [each.id for each in (*ENGINES.values(), *WORKERS.values()) if each.broker]
"""Engines and kinds of workers that need one: the extra of each brings its client."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the application; what the wheel needs is borrowed from this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=True)
    site = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    put(wheel, site)
    # A path file is read for its lines only, not for path files there: the editable install stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def put(wheel: Path, site: Path) -> None:
    """What pip puts there of the wheel alone."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)


class Bare:
    """A fresh environment of another Python: the wheel, and pyee for the program that is watched."""

    def __init__(self, python: Path, wheel: Path, folder: Path) -> None:
        subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
        self.python = folder / "bin" / "python"
        where = [str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        self.site = Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())
        with zipfile.ZipFile(wheel) as archive:  # a wheel without scripts of its own is installed by unpacking it
            archive.extractall(self.site)

    def borrow(self, *modules: str) -> None:
        for name in modules:
            spec = importlib.util.find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            origin = Path(spec.origin)
            if origin.name == "__init__.py":
                left = shutil.ignore_patterns("__pycache__")
                shutil.copytree(origin.parent, self.site / name, ignore=left, dirs_exist_ok=True)
            else:
                shutil.copy(origin, self.site)

    def __call__(self, *arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), "-I", *arguments]
        how = {"capture_output": True, "text": True, "timeout": PATIENCE_S, "check": False}
        return subprocess.run(command, cwd=folder, env={**os.environ, **variables}, **how)


def interpreter(minor: int) -> Path:
    """A Python 3.`minor`, of pyenv or on the PATH; where there is none the test is skipped."""
    name = f"python3.{minor}"
    for found in [*sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/{name}")), shutil.which(name)]:
        if found and subprocess.run([found, "-c", "import venv"], capture_output=True, check=False).returncode == 0:
            return Path(found)
    pytest.skip(f"{name} is not on this machine")


@pytest.fixture(scope="module", params=[9, 10, 11, 12, 13], ids=lambda minor: f"python3.{minor}")
def bare(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Bare:
    return Bare(interpreter(request.param), wheel, tmp_path_factory.mktemp("bare"))


WATCHED = """
import sys
import buslens
from pyee import EventEmitter
bus = EventEmitter()
bus.on("paid", lambda amount: None)
probe = buslens.attach(bus, to="watched.buslens")
bus.emit("paid", 12)
bus.emit("nobody hears this")
probe.detach()
third = {name for name in sys.modules if name.partition(".")[0] in ("app", "bus", "ui", "PySide6", "typer", "numpy")}
sys.exit(str(third) if third else 0)
"""


def test_the_probe_records_on_every_python_with_nothing_else_installed(
    bare: Bare, buslens: Program, tmp_path: Path
) -> None:
    assert bare("-c", "import buslens", folder=tmp_path).returncode == 0
    bare.borrow("pyee", "typing_extensions")
    ended = bare("-c", WATCHED, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    asked = "select event, outcome from dispatches order by id"
    told = buslens("query", tmp_path / "watched.buslens", asked, "--to", "csv")
    assert told.out.splitlines()[1:] == ["paid,ok", "nobody hears this,lost"]


def test_one_variable_watches_a_program_on_every_python(bare: Bare, buslens: Program, tmp_path: Path) -> None:
    bare.borrow("pyee", "typing_extensions")
    code = "from pyee.base import EventEmitter\nEventEmitter().emit('ready')"
    tmp_path.chmod(0o700)
    here = {"XDG_RUNTIME_DIR": str(tmp_path), "BUSLENS_TO": str(tmp_path / "x.buslens")}
    ended = bare("-c", code, folder=tmp_path, BUSLENS="1", **here)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    assert ended.stderr.startswith(f"buslens: recording into {tmp_path / 'x.buslens'}; not seen: ")
    told = buslens("query", tmp_path / "x.buslens", "select event from dispatches", "--to", "csv")
    assert told.out.splitlines()[1:] == ["ready"]


def test_the_command_says_what_to_install_where_only_the_probe_is(bare: Bare, tmp_path: Path) -> None:
    for arguments in ([], ["run", "checkout"], ["--help"]):
        ended = bare("-m", "buslens", *arguments, folder=tmp_path)
        (line,) = ended.stderr.splitlines()
        assert (ended.returncode, ended.stdout) == (2, "")
        old = bare.site.parent.name in ("python3.9", "python3.10")
        wanted = "need Python 3.11 or newer" if old else "need the application: pip install 'buslens[app]'"
        assert line.startswith("buslens: the window and the command line ")
        assert wanted in line


def test_the_wheel_asks_for_nothing_but_in_its_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        said = message_from_bytes(archive.read(name))
    assert said["Requires-Python"] == ">=3.9"
    wanted: Sequence[str] = said.get_all("Requires-Dist") or []
    assert wanted
    assert not [line for line in wanted if "extra ==" not in line]
    extras = set(said.get_all("Provides-Extra") or [])
    assert extras == {"app", "pyee", "pytest", *BROKERS}
    of = {extra: {line.partition(";")[0] for line in wanted if f"extra == '{extra}'" in line} for extra in extras}
    for broker in BROKERS:  # the build writes what `buslens[app]` stands for, or that itself
        assert of[broker] > of["app"] or "buslens[app]" in of[broker]


def test_only_buslens_is_put_into_site_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"buslens", "buslens.pth"}
    assert "buslens/_desktop/app/cli.py" in names
    assert "buslens/_desktop/resources/scenarios/checkout.yaml" in names
    assert "buslens/_desktop/resources/scenario.schema.json" in names
    assert any(name.startswith("buslens/_desktop/resources/fonts/") for name in names)
    assert any(name.startswith("buslens/_desktop/resources/icons/") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_the_installed_program_works_next_to_a_project_with_the_same_names(installed: Path, tmp_path: Path) -> None:
    for name in ("app", "bus", "ui"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module was imported')\n")
    buslens = Program(tmp_path, str(installed))
    assert buslens("--version").out.startswith("buslens 0.")
    ended = buslens("run", "user-created", "-o", "ping.capture")
    assert ended.code == 0, ended
    assert buslens("validate", "ping.capture", "checkout").code == 0


def test_the_probe_is_importable_without_the_desktop(installed: Path, tmp_path: Path) -> None:
    program = "import buslens, sys; sys.exit(any(name in sys.modules for name in ('app', 'bus', 'ui', 'PySide6')))"
    assert subprocess.run([installed, "-c", program], cwd=tmp_path, check=False).returncode == 0


def test_the_installed_window_opens_a_file_and_closes_on_ctrl_c(installed: Path, tmp_path: Path) -> None:
    buslens = Program(tmp_path, str(installed))
    (tmp_path / "ping.yaml").write_text("buslens: 1\nevents: {ping: {}}\nscript: [{emit: ping}]\n")
    process = subprocess.Popen(
        buslens.command("open", "ping.yaml"),
        cwd=tmp_path,
        env=buslens.environment(QT_QPA_PLATFORM="offscreen"),
        stderr=subprocess.PIPE,
        text=True,
    )
    settings = tmp_path / "xdg_config_home" / "buslens" / "settings.json"
    # The file is among the recent ones as soon as it is open.
    for _ in range(600):
        if settings.exists():
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "buslens: " not in err
    assert "ping.yaml" in settings.read_text()


TESTED = """
import sys
import app, bus
from pyee import EventEmitter

def test_it(bus_trace):
    assert (app.NAME, bus.NAME) == ("mine", "mine")
    EventEmitter().emit("paid", 1)
    bus_trace.emitted("paid", payload=1)
    assert not [each for each in sys.path if "_desktop" in each]

def test_wrong():
    EventEmitter().emit("paid", 1)
    assert False
"""


def test_the_installed_pytest_plugin_works_next_to_a_project_with_the_same_names(
    installed: Path, buslens: Program, tmp_path: Path
) -> None:
    for name in ("app", "bus", "ui"):
        (tmp_path / f"{name}.py").write_text("NAME = 'mine'\n")
    (tmp_path / "test_mine.py").write_text(TESTED)
    run = [str(installed), "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:pytest-qt"]
    run += ["-p", "no:asyncio", "--buslens"]
    watched = [str(installed), "-m", "buslens", "record", "--", *run]
    for command in (run, watched):
        done = subprocess.run(
            command, cwd=tmp_path, env=buslens.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
        assert "capture: .buslens/tests/test_mine.py_test_wrong-" in done.stdout
