"""Which version of a library a program has, and whether an adapter was tried with it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import buslens
from buslens import adapters
from buslens.adapters import ADAPTERS, Adapter
from buslens.watching.versions import is_tried, untried, version_of
from tests.unit.buslens.facts import Facts


@pytest.mark.parametrize(
    ("own", "tried", "found"),
    [
        ("1.4", "1.4 to 1.9", True),
        ("1.9.3", "1.4 to 1.9", True),
        ("1.10.0", "1.4 to 1.9", False),
        ("1.3", "1.4 to 1.9", False),
        ("16.0.1", "9.1 to 16", True),
        ("17.0", "9.1 to 16", False),
        ("4.0.7", "4.0", True),
        ("4.1", "4.0", False),
        ("2.0b1", "2.0", True),
        ("", "4.0", None),
        ("4.0", "all that there are", None),
    ],
)
def test_a_version_is_within_what_was_tried_or_not_or_that_is_not_known(
    own: str, tried: str, found: bool | None
) -> None:
    assert is_tried(own, tried) is found


def test_the_version_is_that_of_the_installer() -> None:
    import pyee  # noqa: F401

    assert version_of("pyee") == version("pyee")
    assert version_of("nothing_that_was_imported") == ""


def test_a_library_that_installers_call_otherwise_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tinybus_core").mkdir()
    (tmp_path / "tinybus_core" / "__init__.py").write_text("")
    (tmp_path / "Tiny.Bus-2.1.dist-info").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("tinybus_core")
    assert version_of("tinybus_core") == ""
    assert version_of("tinybus_core", "tiny-bus") == "2.1"
    assert untried("tinybus_core", "1.0 to 2.0", "tiny-bus") == (
        "tinybus_core 2.1 is watched as 1.0 to 2.0 are: buslens was not tried with it"
    )
    assert untried("tinybus_core", "1.0 to 2.1", "tiny-bus") == ""


def test_no_module_is_loaded_for_it() -> None:
    program = "import sys, buslens.watching.versions; print('importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_version_that_was_not_tried_is_watched_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyee import EventEmitter

    monkeypatch.setattr(adapters, "ADAPTERS", (Adapter("pyee", "emitters", "1.0"),))
    recorder = buslens.Recorder()
    emitters = [EventEmitter(), EventEmitter()]
    probes = [buslens.attach(emitter, recorder=recorder) for emitter in emitters]
    assert [probe.attached for probe in probes] == [True, True]
    assert Facts(recorder).marks == [f"pyee {version('pyee')} is watched as 1.0 are: buslens was not tried with it"]


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.library)
def test_what_the_tests_run_with_was_tried(adapter: Adapter) -> None:
    pytest.importorskip(adapter.library)
    assert untried(adapter.library, adapter.versions, adapter.distribution) == ""
    assert version_of(adapter.library, adapter.distribution)
