"""What `buslens` offers is imported when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys

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
