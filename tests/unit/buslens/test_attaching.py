"""What `buslens` offers is imported when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import attaching


def test_the_package_offers_it() -> None:
    assert buslens.attach is attaching.attach
    assert {*buslens.__all__} <= {*dir(buslens)}
    with pytest.raises(AttributeError, match="no attribute 'atach'"):
        _ = buslens.atach


def test_importing_the_package_imports_hardly_anything() -> None:
    code = "import sys; before = set(sys.modules); import buslens; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) <= {"__future__", "atexit", "buslens", "buslens.at_exit", "importlib", "warnings"} | {
        name for name in eval(done.stdout) if name.startswith("importlib.")
    }


def test_an_emitter_that_is_attached_twice_has_one_probe() -> None:
    emitter = EventEmitter()
    with attaching.attach(emitter) as probe:
        assert attaching.attach(emitter) is probe


@pytest.mark.parametrize("into_file", [True, False])
@pytest.mark.parametrize("redact", [True, False])
def test_secrets_stay_in_the_program_unless_it_says_otherwise(tmp_path: Path, into_file: bool, redact: bool) -> None:
    emitter, path = EventEmitter(), tmp_path / "trace.buslens"
    with attaching.attach(emitter, to=path if into_file else None, redact=redact) as probe:
        emitter.emit("login", {"user": "ann", "password": "correct horse"})
        if not into_file:
            probe.save(path)
    written = path.read_bytes()
    assert b"ann" in written
    assert (b"correct horse" in written) is not redact
