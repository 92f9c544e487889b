"""The first of ours in a launched program: cheap, and nothing of it is to be found."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.adapters import ADAPTERS
from buslens.launching import bootstrap, variables
from buslens.launching.command import SITE
from buslens.launching.session import LaunchSession


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    (tmp_path / "session").mkdir(mode=0o700)
    told = variables.told(SITE, str(tmp_path / "session"), "", [], True, "")
    return {**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, **told, **more}


def test_it_waits_for_every_library_that_has_an_adapter() -> None:
    assert bootstrap.libraries() == sorted(adapter.library for adapter in ADAPTERS)


def test_a_program_without_a_bus_meets_no_module_of_ours(tmp_path: Path) -> None:
    # `atexit` is the one module that is there before its time: its callbacks are the module's own on Python 3.9.
    code = "import sys, atexit; print(sorted(sys.modules), sys.path)"
    command = [sys.executable, "-c", code]
    bare = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": ""})
    watched = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(tmp_path))
    assert (watched.stdout, watched.stderr) == (bare.stdout, bare.stderr)
    assert list((tmp_path / "session").glob("*.process"))


def test_without_a_session_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables.ALL:
        monkeypatch.delenv(name, raising=False)
    before = list(sys.meta_path)
    bootstrap.begin(SITE)
    assert sys.meta_path == before


def test_a_session_that_cannot_be_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variables.SESSION, str(tmp_path / "gone"))
    bootstrap.begin(SITE)
    assert capsys.readouterr().err == (
        f"buslens: this process is not watched: {tmp_path / 'gone'}, the folder of its session, is not there any more\n"
    )
    assert variables.SESSION not in os.environ


def test_who_cannot_be_told_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    bootstrap.say("nobody hears this")


def test_a_session_is_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert Path(LaunchSession.made().folder).is_dir()
