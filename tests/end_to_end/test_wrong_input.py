"""Whatever a person gets wrong, they read one clear line, and the exit code is 2."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

GOOD = "buslens: 1\nname: Ping\nevents:\n  ping: {}\nscript:\n  - emit: ping\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


def test_an_unknown_command(buslens: Program) -> None:
    assert "rnu" in buslens("rnu").complaint


def test_an_unknown_option(buslens: Program) -> None:
    assert "--fast" in buslens("run", "checkout", "--fast").complaint


def test_a_missing_argument(buslens: Program) -> None:
    assert "SCENARIO" in buslens("run").complaint


def test_a_file_that_does_not_exist(buslens: Program) -> None:
    assert "there is no file shop.yaml" in buslens("run", "shop.yaml").complaint


def test_a_misspelt_sample_gets_a_suggestion(buslens: Program) -> None:
    assert "did you mean the sample checkout?" in buslens("run", "chekout").complaint


def test_a_folder_instead_of_a_file(buslens: Program, tmp_path: Path) -> None:
    assert "is a folder" in buslens("validate", tmp_path).complaint


def test_a_seed_that_is_no_number(buslens: Program, good: Path) -> None:
    assert "--seed" in buslens("run", good, "--seed", "seven").complaint


@pytest.mark.parametrize("speed", ["fast", "0", "-1", "nan", "inf", "x"])
def test_a_speed_that_is_none(buslens: Program, good: Path, speed: str) -> None:
    assert "speed" in buslens("run", good, f"--speed={speed}").complaint


def test_an_engine_that_does_not_exist(buslens: Program, good: Path) -> None:
    assert "pyee-asyncio" in buslens("run", good, "--engine", "pyee-asnycio").complaint


def test_a_format_that_does_not_exist(buslens: Program, good: Path, tmp_path: Path) -> None:
    capture = tmp_path / "ping.capture"
    assert buslens("run", good, "-o", capture).code == 0
    assert "chrome" in buslens("export", capture, "--to", "crome", "-o", tmp_path / "out").complaint


def test_an_output_in_a_folder_that_does_not_exist(buslens: Program, good: Path, tmp_path: Path) -> None:
    assert "nowhere" in buslens("run", good, "-o", tmp_path / "nowhere" / "ping.capture").complaint


def test_a_scenario_where_a_capture_is_expected(buslens: Program, good: Path) -> None:
    assert "good.yaml" in buslens("export", good, "--to", "chrome", "-o", "out.json").complaint


def test_a_window_where_there_is_no_display(buslens: Program) -> None:
    assert "no display" in buslens().complaint


WRONG_SCENARIOS = {
    "empty": "",
    "not a mapping": "- 1\n- 2\n",
    "not YAML": "events: {ping: {}\nscript: [",
    "a tab": "events:\n\tping: {}\n",
    "another version": "buslens: 99\nevents: {}\n",
    "events of a wrong type": "buslens: 1\nevents: 7\n",
    "an unknown key": "buslens: 1\nevnets: {}\n",
    "an undeclared event": "buslens: 1\nevents: {order.placed: {}}\nscript: [{emit: order.plcaed}]\n",
    "a wrong duration": "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{wait: soon}]}}\n",
    "a wrong probability": "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{fail: {probability: 7}}]}}\n",
    "a duplicate key": "buslens: 1\nevents:\n  a: {}\n  a: {}\n",
    "an object to be made": "buslens: 1\nname: !!python/object/apply:os.system ['touch ran']\nevents: {}\n",
    "a null byte": "buslens: 1\nname: a\0b\n",
    "deep nesting": "buslens: 1\nevents: " + "[" * 20_000 + "]" * 20_000,
    "an alias bomb": "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
    "an alias of itself": "buslens: 1\nevents: &e {a: *e}\n",
}


@pytest.mark.parametrize("name", WRONG_SCENARIOS)
def test_a_wrong_scenario_is_refused_with_the_file_named(buslens: Program, tmp_path: Path, name: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG_SCENARIOS[name])
    ended = buslens("validate", path)
    assert ended.code == 2, ended
    assert ended.err.count("wrong.yaml") >= 1
    assert "Traceback" not in ended.err
    assert all(line.startswith("buslens: ") for line in ended.err.splitlines())
    assert not (tmp_path / "ran").exists()


def test_all_mistakes_are_said_at_once_with_line_and_column(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(
        "buslens: 1\nevents:\n  order.placed: {}\nscript:\n  - emit: order.plcaed\n  - emit: order.palced\n"
    )
    lines = buslens("validate", path).err.splitlines()
    assert len(lines) == 2
    assert "shop.yaml:5:" in lines[0]
    assert "shop.yaml:6:" in lines[1]
    assert "did you mean order.placed?" in lines[0]


def test_a_file_of_random_bytes(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(range(256)) * 64)
    assert "noise" in buslens("validate", path).complaint


def test_a_huge_string_costs_bounded_memory(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("w") as file:
        file.write("buslens: 1\nname: ")
        for _ in range(100):
            file.write("x" * 1024 * 1024)
    done = subprocess.run(
        buslens.command("validate", path),
        env=buslens.environment(),
        preexec_fn=at_most_two_gigabytes,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert len(done.stderr) < 1000
    assert "huge.yaml" in done.stderr


def at_most_two_gigabytes() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def test_one_wrong_file_does_not_hide_the_others(buslens: Program, good: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text("- 1\n")
    ended = buslens("validate", tmp_path / "wrong.yaml", good)
    assert ended.code == 2
    assert "wrong.yaml" in ended.err
    assert "good.yaml: fine" in ended.out


def test_a_truncated_capture_is_said_and_still_exported(buslens: Program, good: Path, tmp_path: Path) -> None:
    capture = tmp_path / "ping.capture"
    assert buslens("run", good, "-o", capture).code == 0
    capture.write_bytes(capture.read_bytes()[:-3])
    assert "ping.capture" in buslens("validate", capture).complaint
    ended = buslens("export", capture, "--to", "jsonl", "-o", tmp_path / "out.jsonl")
    assert ended.code == 0
    assert "ping.capture" in ended.err
    assert (tmp_path / "out.jsonl").exists()


def test_names_cannot_steer_the_terminal(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text('buslens: 1\nevents:\n  "\\e[2Jgone": {}\nscript:\n  - emit: "\\e[2Jgome"\n')
    ended = buslens("validate", path)
    assert "\x1b" not in ended.err + ended.out


DOUBTFUL = "buslens: 1\nevents:\n  a:\n    sample:\n      zip: 01234\nscript:\n  - emit: a\n"


def test_warnings_are_said_and_fail_only_where_that_is_asked(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "doubtful.yaml"
    path.write_text(DOUBTFUL)
    ended = buslens("validate", path)
    assert ended.code == 0
    assert ended.err.startswith(f"buslens: warning: {path}:5:12: 01234 is read as the number 1234")
    assert "fine" in ended.out
    assert "1 warning" in ended.out
    assert buslens("validate", "--strict", path).code == 1
    assert buslens("validate", "--strict", "checkout").code == 0


def test_what_would_stop_the_run_is_a_mistake(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "stops.yaml"
    path.write_text("buslens: 1\nevents: {a: {}}\nscript:\n  - emit: a\n    with: {id: $event.payload.id}\n")
    assert f"{path}:5:17: there is no event here" in buslens("validate", path).complaint


def test_emits_that_nobody_tried_are_said_and_are_no_warning(buslens: Program, tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text("buslens: 1\nevents: {a: {}}\nscript:\n  - {emit: a, with: {n: $count}, times: 1500}\n")
    ended = buslens("validate", "--strict", path)
    assert ended.code == 0
    assert "; 1 000 emits of its script were not tried: only the run finds what stops it there" in ended.out
