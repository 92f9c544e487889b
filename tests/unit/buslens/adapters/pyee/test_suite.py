"""pyee's own tests, with every emitter watched, give the same results as without.

They are in pyee's source package, not in its wheel, and are not ours to ship. Unpack it and say where:
`pip download --no-binary pyee --no-deps pyee==13.0.1`, `tar xf pyee-13.0.1.tar.gz`,
`BUSLENS_PYEE_SOURCE=$PWD/pyee-13.0.1 python3 dev.py test`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[5]
SOURCE = os.environ.get("BUSLENS_PYEE_SOURCE", "")
WATCHING = """
import buslens
from pyee.base import EventEmitter

make = EventEmitter.__init__

def make_watched(self, *args, **kwargs):
    make(self, *args, **kwargs)
    buslens.attach(self)

EventEmitter.__init__ = make_watched
"""
NEEDED_BY = {"test_trio.py": "pytest_trio", "test_twisted.py": "twisted"}


def results(tests: Path, plugins: Path, watched: bool) -> dict[str, str]:
    """Outcome of each test by its name."""
    missing = [f"--ignore={tests / name}" for name, module in NEEDED_BY.items() if not importable(module)]
    asynchronous = ["-o", "asyncio_mode=strict", "-o", "asyncio_default_fixture_loop_scope=function"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "addopts=", *asynchronous, "-v"]
    if watched:
        command += ["-p", "watch_every_emitter"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(plugins), str(ROOT)])}
    done = subprocess.run(
        [*command, *missing, "."], cwd=tests, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    found = dict(re.findall(r"^(\S+::\S.*?) (PASSED|FAILED|ERROR|SKIPPED|XFAIL)", done.stdout, re.MULTILINE))
    assert found, done.stdout + done.stderr
    return found


def importable(module: str) -> bool:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(not SOURCE, reason="BUSLENS_PYEE_SOURCE names no unpacked source package of pyee")
def test_pyees_own_tests_do_not_notice_the_probe(tmp_path: Path) -> None:
    (tmp_path / "watch_every_emitter.py").write_text(WATCHING, encoding="utf-8")
    tests = Path(SOURCE) / "tests"
    bare = results(tests, tmp_path, watched=False)
    assert results(tests, tmp_path, watched=True) == bare
    assert set(bare.values()) == {"PASSED"}
