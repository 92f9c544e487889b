"""A person may name a file, a sample, a watched process, or a whole launch."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.scenario_files import found_scenario
from bus.errors import UserError
from buslens.launching.session import LaunchSession, Process
from buslens.recorder import Recorder


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    made = Process(LaunchSession.made(), "")
    made.write()
    return made


def test_a_file_a_sample_and_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").touch()
    assert found_scenario(str(tmp_path / "x.yaml")) == tmp_path / "x.yaml"
    assert found_scenario("checkout").is_file()
    with pytest.raises(UserError, match="did you mean the sample checkout"):
        found_scenario("chekout")
    with pytest.raises(UserError, match="is a folder"):
        found_scenario(str(tmp_path))


def test_a_process_and_its_session_stand_for_what_was_recorded(process: Process, tmp_path: Path) -> None:
    folder = process.session.folder
    with pytest.raises(UserError, match="no process has recorded anything"):
        found_scenario(folder)
    capture = tmp_path / "x.buslens"
    capture.write_bytes(Recorder().take())
    process.records_into(str(capture))
    for name in (folder, f"{folder}/{process.name}.process"):
        assert found_scenario(name) == Path(name)
