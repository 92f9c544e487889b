"""`python3 dev.py package bare`: the Debian package in a system that has nothing else, no Python above all.

As root, on Debian or Ubuntu: debootstrap makes the system in build/package/bare, apt installs the package with what it
asks for, and each line of CHECKS must do what it says. The window opens on a display of its own (Xvfb) and is
photographed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

TOOLS = {"debootstrap": "debootstrap", "Xvfb": "xvfb", "xdotool": "xdotool", "import": "imagemagick"}
"""Programs of this machine, and the packages that have them."""

MIRROR = "http://deb.debian.org/debian"
PATIENCE_S = 300.0
SCENARIO = """\
buslens: 1
events: {counted: {}}
handlers:
  in_python:
    on: counted
    do: [{python: "import sqlite3, statistics\\nlog('mean %d' % statistics.mean([1, 3]))"}]
  beside_the_bus:
    on: counted
    worker: process
    do: [{log: done}]
script: [{emit: counted}]
expect: [{event: counted, failed: 0}, {handler: in_python, ok: 1}, {handler: beside_the_bus, ok: 1}]
"""

CHECKS = (
    ("there is no Python", "! command -v python3 && ! command -v python"),
    ("it starts", "buslens --version"),
    ("nothing is missing", "buslens doctor"),
    ("a sample runs", "buslens run checkout -o /root/seen.buslens"),
    ("a durable engine runs", "buslens run checkout --engine sqlite"),
    ("Python handlers and worker processes run", "buslens run /root/python.yaml --trust --strict"),
    ("a capture is asked in SQL", "buslens query /root/seen.buslens 'SELECT count(*) FROM calls'"),
    ("a capture is exported", "buslens export /root/seen.buslens --to parquet -o /root/seen.parquet"),
    ("clients of brokers are there", "! buslens connections --test 2>&1 | grep 'pip install'"),
    ("a capture has its type", "gio info /root/seen.buslens | grep -q application/x-buslens-capture"),
    ("which opens Buslens", 'test "$(xdg-mime query default application/x-buslens-capture)" = buslens.desktop'),
    ("a scenario's type too", 'test "$(xdg-mime query default application/x-buslens-scenario)" = buslens.desktop'),
)


def main(package: Path, root: Path, install: Callable[[list[str]], bool]) -> int:
    why = why_not(package, install)
    if why:
        print(f"dev.py: {why}", file=sys.stderr)
        return 1
    system = make(package, root)
    failed = [what for what, command in CHECKS if not says(what, run(root, command))]
    with display() as name:
        failed += [] if says("the window opens", window(root, name, root.parent / "window.png")) else ["the window"]
    print(f"{package.name} in a bare {system}: {'all well' if not failed else 'failed: ' + ', '.join(failed)}")
    return 1 if failed else 0


def why_not(package: Path, install: Callable[[list[str]], bool]) -> str:
    """Why it cannot be tried on this machine; empty where it can."""
    if not package.is_file():
        return f"there is no {package}: python3 dev.py package"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "a bare system is made by root: sudo python3 dev.py package bare"
    lacking = [packaged for tool, packaged in TOOLS.items() if not shutil.which(tool)]
    if lacking and not install(lacking):
        return f"cannot install {', '.join(lacking)}"
    return ""


def make(package: Path, root: Path) -> str:
    """The system with the package in it; the name of its release."""
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    codename = release["VERSION_CODENAME"].strip('"')
    if not (root / "usr" / "bin" / "apt-get").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["debootstrap", "--variant=minbase", codename, str(root), MIRROR], check=True)
    shutil.copy(package, root / "root" / "buslens.deb")
    (root / "root" / "python.yaml").write_text(SCENARIO, encoding="utf-8")
    asked = "desktop-file-utils shared-mime-info xdg-utils libglib2.0-bin"
    install = (
        f"apt-get -qq update && apt-get -qq install -y --reinstall --no-install-recommends /root/buslens.deb {asked}"
    )
    if run(root, install):
        raise SystemExit("dev.py: apt could not install the package")
    return codename


def run(root: Path, command: str, **variables: str) -> int:
    """The exit code of a shell's command in there, which sees nothing of this machine's environment but its proxy."""
    return start(root, command, **variables).wait()


def start(root: Path, command: str, **variables: str) -> subprocess.Popen[bytes]:
    mount = f'mount -t proc proc "{root}/proc" && mount --rbind /dev "{root}/dev" && exec chroot "{root}" sh -c "$0"'
    proxy = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "TERM": "dumb",
        "DEBIAN_FRONTEND": "noninteractive", **proxy, **variables,
    }  # fmt: skip
    outside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
    return subprocess.Popen([*outside, "sh", "-c", mount, command], env=environment)


def window(root: Path, display_name: str, picture: Path) -> int:
    """0 where a window of the capture appears within PATIENCE_S; what it looks like is in the picture."""
    process = start(root, "exec buslens open /root/seen.buslens", DISPLAY=display_name)
    here = {**os.environ, "DISPLAY": display_name}
    search = ["xdotool", "search", "--onlyvisible", "--name", "seen.buslens"]
    try:
        until = time.monotonic() + PATIENCE_S
        while subprocess.run(search, env=here, capture_output=True, check=False).returncode:
            if process.poll() is not None or time.monotonic() > until:
                return 1
            time.sleep(0.5)
        time.sleep(10)  # what is in the file is drawn after the window is there
        return subprocess.run(["import", "-window", "root", str(picture)], env=here, check=False).returncode
    finally:
        process.kill()
        process.wait()


@contextmanager
def display() -> Iterator[str]:
    """A screen that nobody sees, on a number that is free."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with open(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def says(what: str, code: int) -> bool:
    print(f"dev.py: {'ok' if code == 0 else 'FAILED'}: {what}", file=sys.stderr, flush=True)
    return code == 0
