"""Which command opens a source line, for places that come out of captures from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from ui.source.opening import editor_command, innermost_place, with_files


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "or ders.py"
    path.write_text("raise ValueError\n", encoding="utf-8")
    return str(path.resolve())


def found(name: str) -> str:
    return f"/usr/bin/{name}"


def missing(_name: str) -> None:
    return None


def test_the_setting_is_filled_in_without_a_shell(source: str) -> None:
    assert editor_command("code -g {file}:{line}", source, 41, {}) == ["code", "-g", f"{source}:41"]


def test_a_setting_that_names_only_the_program_gets_the_file(source: str) -> None:
    assert editor_command("my-editor --wait", source, 41, {}) == ["my-editor", "--wait", source]


def test_visual_is_told_the_line_in_its_own_way(source: str) -> None:
    assert editor_command("", source, 7, {"VISUAL": "kate"}, which=found) == ["kate", "-l", "7", source]


def test_an_editor_that_needs_a_terminal_is_passed_over(source: str) -> None:
    assert editor_command("", source, 7, {"VISUAL": "vim"}, which=found) == ["xdg-open", source]


def test_no_editor_at_all_is_said_with_what_to_do(source: str) -> None:
    with pytest.raises(UserError) as error:
        editor_command("", source, 7, {}, which=missing)
    assert "Settings" in error.value.hint


def test_a_file_that_is_not_here_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"gone\.py is not on this machine"):
        editor_command("code {file}", str(tmp_path / "gone.py"), 1, {})


@pytest.mark.parametrize("place", ["", "orders.py", "/etc", "/tmp/\0x", "/" + "x" * 5000, "https://example.org/a.py"])
def test_a_hostile_place_opens_nothing(place: str) -> None:
    with pytest.raises(UserError):
        editor_command("code {file}", place, 1, {})


def test_what_the_desktop_would_run_is_not_given_to_it(tmp_path: Path) -> None:
    launcher = tmp_path / "evil.desktop"
    launcher.write_text("[Desktop Entry]\nExec=true\n", encoding="utf-8")
    with pytest.raises(UserError):
        editor_command("", str(launcher), 1, {}, which=found)


def test_a_setting_with_an_open_quote_is_a_mistake_with_words(source: str) -> None:
    with pytest.raises(UserError, match="the setting editor cannot be read"):
        editor_command('code "{file}', source, 1, {})


def test_the_innermost_place_that_is_on_this_machine_is_offered(source: str) -> None:
    traceback = (
        "Traceback (most recent call last):\n"
        f'  File "{source}", line 1, in charge\n    raise ValueError\n'
        '  File "/nowhere/lib.py", line 9, in inner\n    pass\n'
        "ValueError"
    )
    assert innermost_place(traceback) == (source, 1)


def test_files_of_a_traceback_are_called_as_they_are_on_this_machine() -> None:
    traceback = (
        'Traceback:\n  File "shop.yaml", line 4, in pay\n    - fail:\n  File "/lib.py", line 1, in f\nDeclined: no\n'
    )
    told = with_files(traceback, lambda file: {"shop.yaml": "/home/me/shop.yaml"}.get(file, file))
    assert told == traceback.replace("shop.yaml", "/home/me/shop.yaml")
