"""`python3 dev.py package`: a folder that needs no Python, and where dpkg-deb is a Debian package made of it.

`python3 dev.py package bare` installs and starts the package in a system that has nothing else (bare.py).
Standard library only. The folder is made in an environment of its own, so that nothing of a developer's gets into it.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import bare
import debian

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "package"
FOLDER = ROOT / "dist" / "buslens"
MOST_MB = 200
"""Of the package."""

QT_PLUGINS = {
    "platforms": ("xcb", "wayland", "offscreen", "minimal.", "windows", "cocoa"),
    "platformthemes": ("xdgdesktopportal",),
    "platforminputcontexts": ("",), "xcbglintegrations": ("",), "iconengines": ("",), "imageformats": ("svg", "ico"),
    "styles": ("",), "wayland-decoration-client": ("",), "wayland-shell-integration": ("xdg-shell",),
    "wayland-graphics-integration-client": ("wayland-egl",),
}  # fmt: skip
"""Folders of Qt's plugins, and a part of the names of those that a program of widgets uses. All others bring libraries
with them, the one for GTK all of GTK from the machine on which the package is made."""

USAGE = "usage: python3 dev.py package [bare]"


def main(arguments: list[str], install: Callable[[list[str]], bool]) -> int:
    """`install` installs packages of the system; False where that cannot be done."""
    if arguments not in ([], ["bare"]):
        print(USAGE, file=sys.stderr)
        return 2
    if arguments:
        return bare.main(debian.path_of(ROOT), WORK / "bare", install)
    failed = freeze()
    if failed:
        return failed
    say(f"{FOLDER.relative_to(ROOT)}: {megabytes(FOLDER)} MB")
    if shutil.which("dpkg-deb"):
        made = debian.build(FOLDER, ROOT, WORK / "debian")
        size = megabytes(made)
        say(f"{made.relative_to(ROOT)}: {size} MB")
        if size > MOST_MB:
            say(f"that is more than {MOST_MB} MB: see which libraries have come into {FOLDER.relative_to(ROOT)}")
            return 1
    elif sys.platform.startswith("linux"):
        say("no Debian package: dpkg-deb is not on this machine")
    return 0


def freeze() -> int:
    """The folder, by PyInstaller; its exit code."""
    python = WORK / "venv" / ("Scripts/python.exe" if platform.system() == "Windows" else "bin/python")
    if not python.is_file() and run(sys.executable, "-m", "venv", WORK / "venv"):
        return 1
    wanted = [f"{ROOT}[app,rabbitmq,kafka,celery]", "pyinstaller>=6.11"]
    quietly = ["--quiet", "--disable-pip-version-check"]
    if run(python, "-m", "pip", "install", *quietly, "-e", *wanted):
        return 1
    prune(python.parents[1])
    places = ["--distpath", FOLDER.parent, "--workpath", WORK / "work"]
    spec = ROOT / "packaging" / "app" / "buslens.spec"
    failed = run(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *places, spec)
    if not failed and shutil.which("strip"):  # of 23 MB of Python's own library 17 are for a debugger
        run("strip", "--strip-unneeded", *FOLDER.glob("_internal/libpython3.*.so*"))
    return failed


def prune(environment: Path) -> None:
    """Take from the environment what must not get into the folder: what is not there, no hook can collect."""
    for plugins in environment.glob("**/PySide6/**/plugins"):
        for file in [path for path in plugins.rglob("*") if path.is_file()]:
            wanted = QT_PLUGINS.get(file.relative_to(plugins).parts[0], ())
            if not any(part in file.name for part in wanted):
                file.unlink()


def run(*command: str | Path) -> int:
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode


def megabytes(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return round(sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink()) / 1e6)


def say(line: str) -> None:
    print(f"dev.py: {line}", file=sys.stderr, flush=True)
