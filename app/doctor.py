"""What this machine lacks for Buslens, one check a line, each with what to do about it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path

import platformdirs
from packaging.requirements import Requirement

from app import display, qt_messages, system_libraries
from bus import connections
from bus.brokers import reach
from bus.engines import ENGINES
from bus.errors import UserError
from bus.system_errors import reason
from buslens import application
from ui.source.opening import editor_command

PATIENCE_S = 60.0
START_QT = """
import os, sys
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtCore import QtMsgType, qInstallMessageHandler, qVersion
def listen(kind, where, text):
    print(text, file=sys.stderr, flush=True)
    if kind == QtMsgType.QtFatalMsg:
        os._exit(2)  # Qt would leave a core dump
qInstallMessageHandler(listen)
application = QGuiApplication([])
print(qVersion(), application.platformName(), len(QFontDatabase.families()))
"""


class CheckState(Enum):
    """How much the result of a check matters."""

    OK = "ok"
    NOTE = "note"
    """Buslens works; something it could do, it cannot."""

    MISSING = "missing"
    """Buslens, or its window, does not work."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check, a line of `buslens doctor`."""

    what: str
    state: CheckState
    found: str
    advice: str = ""


def examine() -> Iterator[CheckResult]:
    """Every check, in the order in which a person would mend things."""
    for check in CHECKS:
        yield check()


def _python() -> CheckResult:
    return CheckResult("Python", CheckState.OK, f"{platform.python_version()} ({sys.executable})")


def _libraries() -> CheckResult:
    """What the extra `app` asks for, each in a version that it accepts."""
    wanted = [Requirement(line) for line in application.requirements()]
    if not wanted:
        return CheckResult(
            "libraries", CheckState.NOTE, "not known: this checkout is not installed", application.INSTALL
        )
    found = {one: application.installed(one.name) for one in wanted}
    wrong = [_not_fit(one, has) for one, has in found.items() if not has or not one.specifier.contains(has, True)]
    if wrong:
        return CheckResult("libraries", CheckState.MISSING, "; ".join(wrong), application.INSTALL)
    return CheckResult("libraries", CheckState.OK, ", ".join(f"{one.name} {has}" for one, has in found.items()))


def _not_fit(wanted: Requirement, has: str) -> str:
    found = f"{has} is installed" if has else "is not installed"
    return f"{wanted.name} {found}, {wanted.specifier} is needed"


def _system_libraries() -> CheckResult:
    if not sys.platform.startswith("linux"):
        return CheckResult("system libraries", CheckState.OK, f"not checked on {sys.platform}")
    gone = system_libraries.missing()
    if not gone:
        return CheckResult("system libraries", CheckState.OK, f"all {len(system_libraries.DEBIAN_PACKAGES)} found")
    advice = f"on Debian and Ubuntu: sudo apt-get install {' '.join(system_libraries.packages(gone))}"
    return CheckResult("system libraries", CheckState.MISSING, ", ".join(gone), advice)


def _display() -> CheckResult:
    why = display.why_none()
    if why:
        return CheckResult("display", CheckState.NOTE, why, "the window needs one; buslens run and export work without")
    chosen = [
        f"{name}={os.environ[name]}" for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY") if name in os.environ
    ]
    return CheckResult("display", CheckState.OK, " ".join(chosen) or "the system's")


def _qt() -> CheckResult:
    """Started in a process of its own: where Qt finds no platform plugin it aborts."""
    environment = dict(os.environ)
    if display.why_none():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(
            [sys.executable, "-c", START_QT], env=environment, capture_output=True, text=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return CheckResult("Qt", CheckState.MISSING, "does not start: no answer", "see the display above")
    if done.returncode != 0:
        why = qt_messages.why(done.stderr.splitlines() or [f"exit code {done.returncode}"])
        return CheckResult("Qt", CheckState.MISSING, f"does not start: {why.problem}", why.hint)
    number, plugin, fonts = done.stdout.split()
    return CheckResult("Qt", CheckState.OK, f"{number}, platform plugin {plugin}, {fonts} font families on this system")


def _settings_folder() -> CheckResult:
    return _writable(
        "settings folder", platformdirs.user_config_path("buslens"), "settings and trusted files are not remembered"
    )


def _log_folder() -> CheckResult:
    return _writable(
        "log folder", platformdirs.user_state_path("buslens"), "the engines sqlite and of brokers cannot run"
    )


def _writable(what: str, folder: Path, without: str) -> CheckResult:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return CheckResult(what, CheckState.NOTE, f"{folder}: {reason(error)}", without)
    return CheckResult(what, CheckState.OK, str(folder))


def _editor() -> CheckResult:
    try:
        command = editor_command("", str(Path(__file__)), 1, os.environ)
    except UserError as error:
        return CheckResult("editor", CheckState.NOTE, error.problem, "set VISUAL, or the editor in the settings")
    return CheckResult("editor", CheckState.OK, command[0])


def _broker(kind: connections.BrokerKind, engine: str) -> CheckResult:
    """Nothing is missing where there is none: one engine needs it, whose id is given."""
    try:
        url = connections.address(kind)
        reached = reach(kind, url)
    except UserError as error:
        return CheckResult(
            kind.title, CheckState.NOTE, error.problem, f"{error.hint}; only the engine {engine} needs it"
        )
    return CheckResult(kind.title, CheckState.OK, f"{reached} at {connections.parsed(kind, url)[0].place(kind)}")


CHECKS: tuple[Callable[[], CheckResult], ...] = (
    _python,
    _libraries,
    _system_libraries,
    _display,
    _qt,
    _settings_folder,
    _log_folder,
    _editor,
    *(partial(_broker, spec.broker, spec.id) for spec in ENGINES.values() if spec.broker),
)
