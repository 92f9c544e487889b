#!/usr/bin/env python3
"""Every habit of this project as one command, from a checkout on a machine that has only Python and pip.

Standard library only: it makes `.venv`, installs what is missing, then starts the real tool.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
SAMPLE = ROOT / "resources" / "scenarios" / "checkout.yaml"
GENERATORS = ("bus.scenario.schema", "ui.shortcuts_page")
"""Modules that write a file of the checkout anew; for each of them a test fails while its file is not current."""

BUILD_SITE = ("-m", "mkdocs", "build", "--strict")
"""Not `--quiet`: then mkdocs counts no warnings, and nothing fails."""

USAGE = """usage: python3 dev.py COMMAND [arguments]

  run [arguments]   the window with the sample checkout; with arguments: buslens ARGUMENTS
  test [arguments]  the whole test suite; arguments go to pytest
  coverage          runs tests/unit and tests/gui, and says how much of each room they run; with --raise floors rise
  lint              ruff, mypy and import-linter
  generate          what is made from the code: resources/scenario.schema.json, docs/shortcuts.md
  bench [arguments] the benchmarks; writes docs/performance.md; with names only these, written nowhere
  shots             screenshots of every window and panel into docs/images
  docs              the documentation as a site, into build/docs
  package [bare]    a folder that needs no Python and a Debian package of it, into dist; bare: tries it in a bare system
  brokers up|down|status   RabbitMQ, Redis and Kafka on loopback: install, start, stop
  clean             remove .venv and caches"""


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        asked = bool(arguments) and arguments[0] in ("-h", "--help", "help")
        print(USAGE, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    os.chdir(ROOT)
    return COMMANDS[arguments[0]](arguments[1:])


def run(arguments: list[str]) -> int:
    from app.display import why_none

    install(dev=False)
    without_display = why_none()
    install_libraries(needed=not without_display)
    if arguments:
        return call(PYTHON, "-m", "buslens", *arguments)
    if without_display:
        say(f"{without_display}: running the sample checkout here instead, without a window.")
        return call(PYTHON, "-m", "buslens", "run", SAMPLE)
    return call(PYTHON, "-m", "buslens", "open", SAMPLE)


def test(arguments: list[str]) -> int:
    install(dev=True)
    install_libraries(needed=True)
    # Tests of brokers wait more than they compute: three share two cores (tests/helpers/sharing_out.py).
    side_by_side = [] if arguments else ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    return call(PYTHON, "-m", "pytest", *side_by_side, *arguments, offscreen=True)


def coverage(arguments: list[str]) -> int:
    """Fails where a test does, or where a room is below its floor (tests/coverage_floor.toml)."""
    install(dev=True)
    install_libraries(needed=True)
    report = ROOT / "build" / "rooms.json"
    report.parent.mkdir(exist_ok=True)
    tested = call(PYTHON, "-m", "coverage", "run", "-m", "pytest", "-q", "tests/unit", "tests/gui", offscreen=True)
    told = call(PYTHON, "-m", "coverage", "json", "--quiet", "-o", report)
    return max(tested, told or call(PYTHON, "-m", "tests.helpers.coverage_floor", report, *arguments))


def lint(_: list[str]) -> int:
    install(dev=True)
    return max(
        [
            call(PYTHON, "-m", "ruff", "check", "."),
            call(PYTHON, "-m", "ruff", "format", "--check", "."),
            call(PYTHON, "-m", "mypy"),
            call(BIN / "lint-imports"),
        ]
    )


def generate(_: list[str]) -> int:
    install(dev=True)
    install_libraries(needed=True)
    return max([call(PYTHON, "-m", made, offscreen=True) for made in GENERATORS])


def bench(arguments: list[str]) -> int:
    install(dev=True)
    install_libraries(needed=True)
    return call(PYTHON, "-m", "benchmarks", *arguments, offscreen=True)


def shots(arguments: list[str]) -> int:
    install(dev=True)
    install_libraries(needed=True)
    return call(PYTHON, "-m", "tests.helpers.shots", *arguments, offscreen=True)


def docs(_: list[str]) -> int:
    install(dev=True)
    quietly = {"NO_MKDOCS_2_WARNING": "1"}  # an advertisement, not a warning about these pages
    failed = call(PYTHON, *BUILD_SITE, **quietly)
    if not failed:
        say("build/docs/index.html; its search needs a server: python3 -m http.server --directory build/docs")
    return failed


def package(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT / "packaging" / "app"))
    import bundle

    return bundle.main(arguments, apt_install)


def brokers(arguments: list[str]) -> int:
    sys.path.insert(0, str(ROOT / "packaging" / "brokers"))
    import brokers

    return brokers.main(arguments, apt_install)


def clean(_: list[str]) -> int:
    for path in [VENV, *ROOT.glob(".*_cache"), ROOT / "build", ROOT / "dist"]:
        shutil.rmtree(path, ignore_errors=True)
    return 0


def install(*, dev: bool) -> None:
    """Make `.venv` and install the project into it, unless that was done for this pyproject.toml."""
    import tomllib

    project = (ROOT / "pyproject.toml").read_bytes()
    stamps = {True: VENV / "installed-for-development", False: VENV / "installed"}
    now = hashlib.sha256(project + str((sys.version_info[:2], ROOT)).encode()).hexdigest()
    for stamp in [stamps[True], stamps[dev]]:  # who can develop can run
        if stamp.is_file() and stamp.read_text() == now and works(PYTHON, "-c", "import pip"):
            return
    if not works(PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"):
        make_venv()
    say("installing Buslens" + (" and its development tools" if dev else "") + " into .venv ...")
    tools = tomllib.loads(project.decode())["dependency-groups"]["dev"] if dev else []
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if call(*pip, "-e", ".[app]", *tools):
        give_up("pip could not install what Buslens needs; its lines above say why.")
    # What Buslens does without is never a reason not to run.
    extras = tomllib.loads(project.decode())["project"]["optional-dependencies"]
    clients = ",".join(extra for extra in extras if extra not in ("app", "pyee"))
    if not works(*pip, "-e", f".[{clients}]"):
        say(f"the clients of brokers could not be installed: {clients} will be missing.")
    stamps[dev].write_text(now)


def make_venv() -> None:
    """A virtual environment with pip in it, also where the distribution split ensurepip off."""
    say("making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    python = sys.executable
    if works(python, "-c", "import ensurepip, venv") and works(python, "-m", "venv", VENV):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if works(python, "-m", "venv", "--without-pip", VENV) and works(python, "-m", "pip", "--version"):
        place = output(PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
        quietly = ["--quiet", "--disable-pip-version-check"]
        if call(python, "-m", "pip", "install", *quietly, "--target", place, "pip") == 0:
            return
    shutil.rmtree(VENV, ignore_errors=True)
    package = f"python3.{sys.version_info.minor}-venv"
    if apt_install([package]) and works(python, "-m", "venv", VENV):
        return
    give_up(f"cannot make a virtual environment with {python}: install pip or {package} (apt install {package}).")


def install_libraries(*, needed: bool) -> None:
    """The system libraries that Qt loads; where they cannot be installed, one line says what to install."""
    from app import system_libraries

    if not sys.platform.startswith("linux"):
        return
    missing = system_libraries.missing()
    if not missing or (apt_install(system_libraries.packages(missing)) and not system_libraries.missing()):
        return
    if shutil.which("apt-get"):
        advice = "sudo apt-get install " + " ".join(system_libraries.packages(missing))
    else:
        advice = "install the packages of this system that hold them"
    line = f"the window needs system libraries that are missing here ({', '.join(missing)}): {advice}"
    give_up(line) if needed else say(line)


def apt_install(packages: list[str]) -> bool:
    """Install with apt-get where it exists and we may; False where not."""
    if not shutil.which("apt-get"):
        return False
    rights: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return False
        rights = ["sudo"] if sys.stdin.isatty() else ["sudo", "-n"]
    say("installing " + " ".join(packages) + " ...")
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    get = [*apt, "install", "-y", "--no-install-recommends", *packages]
    # The package lists of a bare machine are empty, those of an old one are stale.
    return works(*get) or (call(*apt, "update") == 0 and call(*get) == 0)


def call(*command: str | Path, offscreen: bool = False, **variables: str) -> int:
    """Run, showing what it prints; its exit code. Ctrl+C belongs to the command."""
    environment = {"PIP_ROOT_USER_ACTION": "ignore", **os.environ, **variables}
    # The tests start hundreds of processes: without bytecode each of them would compile all of our source again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if offscreen:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    process = subprocess.Popen([str(part) for part in command], env=environment)
    while True:
        try:
            code = process.wait()
            return code if code >= 0 else 128 - code
        except KeyboardInterrupt:
            continue


def works(*command: str | Path) -> bool:
    try:
        return subprocess.run([str(part) for part in command], capture_output=True).returncode == 0
    except OSError:
        return False


def output(*command: str | Path) -> str:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout.strip()


def say(line: str) -> None:
    print(f"dev.py: {line}", file=sys.stderr, flush=True)


def give_up(line: str) -> None:
    say(line)
    sys.exit(1)


COMMANDS = {
    "run": run, "test": test, "coverage": coverage, "lint": lint, "generate": generate, "bench": bench, "shots": shots,
    "docs": docs, "package": package, "brokers": brokers, "clean": clean,
}  # fmt: skip


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        give_up(f"Buslens needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
    sys.exit(main(sys.argv[1:]))
