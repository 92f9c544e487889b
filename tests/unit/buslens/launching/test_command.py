"""What `buslens record` makes of its arguments; what becomes of the program is in tests/end_to_end/test_record.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from buslens.launching import variables
from buslens.launching.command import (
    COMMANDS,
    SITE,
    WrongUse,
    announcement,
    collected,
    found,
    parsed,
    prepared,
    unreachable,
    which,
)


def test_options_end_where_the_command_begins() -> None:
    request = parsed(["-o", "x.buslens", "--only=pyee", "--no-children", "-q", "pytest", "-o", "y", "--help"])
    assert request.command == ["pytest", "-o", "y", "--help"]
    assert request.output == str(Path.cwd() / "x.buslens")
    assert (request.only, request.has_children, request.is_quiet, request.prints) == (["pyee"], False, True, "")
    assert parsed(["--", "-m", "shop"]).command == ["-m", "shop"]
    assert parsed(["-m", "shop", "-q"]).command == ["-m", "shop", "-q"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "nothing to run"),
        (["-o"], "-o needs a value"),
        (["--fast", "x"], "no such option: --fast"),
        (["--only", "x,pyee", "y"], "--only knows no library 'x'"),
        (["--budget", "much", "y"], "--budget: a budget is a share of the program's processor time, such as 5%"),
        (["--payloads", "some", "y"], "--payloads is full, keys or off, and not 'some'"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], problem: str) -> None:
    with pytest.raises(WrongUse, match=problem):
        parsed(arguments)


def test_no_capture_is_written_over_the_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = tmp_path / "app.py"
    app.write_text("print(1)\n")
    for options in (["-o", str(app)], ["--expect", str(app), "--junit", str(app)]):
        assert COMMANDS["record"]([*options, "--", "python", str(app)]) == 2
        assert f"{app} is read here, and would be lost: write into another file" in capsys.readouterr().err
    assert app.read_text() == "print(1)\n"


def test_a_command_is_found_as_a_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("python", "tool"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "app.py").write_text("")
    monkeypatch.setenv("PATH", f"/nowhere:{tmp_path}")
    monkeypatch.chdir(tmp_path)
    assert found(["tool", "a"]) == [str(tmp_path / "tool"), "tool", "a"]
    assert found(["-m", "shop"]) == [str(tmp_path / "python"), "python", "-m", "shop"]
    assert which("./tool") == "./tool"
    with pytest.raises(WrongUse, match=r"for a script, buslens record -- python app\.py"):
        found(["app.py"])
    with pytest.raises(WrongUse, match=r"no command 'none' is found$"):
        found(["none"])


@pytest.mark.parametrize(
    ("options", "is_reached"),
    [
        (["-I"], False),
        (["-BSs"], False),
        (["-c", "-I"], True),
        (["app.py", "-E"], True),
        (["-Xdev"], True),
        ([], True),
    ],
)
def test_a_python_that_does_not_look_for_us_is_known(options: list[str], is_reached: bool) -> None:
    assert (unreachable([sys.executable, "python", *options]) == []) is is_reached
    assert unreachable(["/usr/bin/make", "make", *options]) == []


def test_the_announcement_says_where_and_what_is_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    request = parsed(["--only", "pyee", "x"])
    environment = prepared(request)
    said = announcement(request, environment)
    assert said.startswith(f"recording into {environment['BUSLENS_SESSION']}, from the first import of pyee; not seen:")
    assert set(COMMANDS) == {"record", "attach", "ps", "emit", "tune"}


def test_a_process_beside_the_program_makes_the_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    output = tmp_path / "x.buslens"
    request = parsed(["-o", str(output), "--budget=5%", "--control", "python"])
    collection = collected(request)
    assert collection is not None
    environment = prepared(request, collection)
    assert environment[variables.TO] == f"{output}.streams"
    said = announcement(request, environment)
    assert said.startswith(f"recording into {output}, from")
    assert "at full speed" not in said
    assert "there now" not in said
    output.write_bytes(b"an older capture")
    assert "; without a bus the capture that is there now stays as it is; not seen" in announcement(
        request, environment
    )
    collection.leave()


def test_where_nobody_is_beside_it_the_program_writes_its_capture_itself_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr("buslens.launching.collecting.why_none", lambda _output: "there is no application")
    output = str(tmp_path / "x.buslens")
    request = parsed(["-o", output, "python"])
    assert collected(request) is None
    environment = prepared(request)
    assert environment[variables.TO] == output
    said = announcement(request, environment)
    assert said.endswith("; by the program itself, which drops records at full speed: there is no application")
    for option in ("--budget=5%", "--control"):
        with pytest.raises(WrongUse, match=f"{option.partition('=')[0]} needs a stream"):
            collected(parsed(["-o", output, option, "python"]))
    assert collected(parsed(["-o", output, "--variables"])) is None
    assert collected(parsed(["python"])) is None


def test_a_budget_is_told_to_the_program_and_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    told = prepared(parsed(["--budget", "5%", "python"]))
    assert told[variables.BUDGET] == "0.05"
    environ = dict(told)
    variables.hand_on(environ, variables.taken(environ, SITE), SITE, "7-1")
    assert environ[variables.BUDGET] == "0.05"
    assert variables.BUDGET not in variables.told(SITE, "/run/session", "", [], True, "")


def test_what_of_payloads_is_recorded_is_told_to_the_program_and_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    environ = prepared(parsed(["--payloads", "keys", "--redact", "mail,name", "--redact=iban", "python"]))
    for _ in range(2):
        assert (environ[variables.PAYLOADS], environ[variables.REDACT]) == ("keys", "mail,name,iban")
        variables.hand_on(environ, variables.taken(environ, SITE), SITE, "7-1")
    bare = variables.told(SITE, "/run/session", "", [], True, "")
    assert not {variables.PAYLOADS, variables.REDACT} & set(bare)


def test_injecting_is_told_to_the_program_and_its_children_where_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    environ = prepared(parsed(["--inject", "python"]))
    assert environ[variables.INJECT] == "yes"
    variables.hand_on(environ, variables.taken(environ, SITE), SITE, "7-1")
    assert environ[variables.INJECT] == "yes"
    assert not parsed(["python"]).injects
    assert variables.INJECT not in variables.told(SITE, "/run/session", "", [], True, "")
