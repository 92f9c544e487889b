"""Where the program writes to: any encoding, a reader that leaves, a disk that is full, standard output as a file."""

from __future__ import annotations

import codecs
import json
import resource
import subprocess
from pathlib import Path

import pytest

from bus.export import EXPORTERS, Exporter
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

UNUSUAL = """buslens: 1
name: Zoë → ∞
events:
  größe.→: {}
handlers:
  häkchen_日本:
    on: größe
    do: [{fail: {message: "…✖"}}]
script: [{emit: größe, with: {name: "日本"}}]
""".replace(".→", "")


FULL = Path("/dev/full")


@pytest.fixture
def unusual(tmp_path: Path) -> Path:
    path = tmp_path / "unusual.yaml"
    path.write_text(UNUSUAL, encoding="utf-8")
    return path


def shell(buslens: Program, line: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`line` in bash, where $B is the program with these arguments."""
    return subprocess.run(
        ["bash", "-c", line, "bash", *buslens.command(*arguments)],
        cwd=buslens.folder,
        env=buslens.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1:strict"])
def test_no_letter_stops_the_program(buslens: Program, unusual: Path, encoding: str) -> None:
    for arguments in (("run", unusual, "-o", "a.buslens"), ("query", "a.buslens", "SELECT * FROM names")):
        ended = buslens(*arguments, PYTHONIOENCODING=encoding)
        assert ended.code == 0, ended
        assert "Traceback" not in ended.err
        assert "\\u65e5" in ended.out
    ended = buslens("run", "日本.yaml", PYTHONIOENCODING=encoding)
    assert ended.code == 2
    assert ended.err.startswith("buslens: there is no file \\u65e5")


def test_data_in_a_narrow_encoding_says_that_letters_are_escapes(buslens: Program, unusual: Path) -> None:
    assert buslens("run", unusual, "-o", "a.buslens").code == 0
    select = ("query", "a.buslens", "SELECT 'ok' AS fine, '日本' AS word", "--to", "csv")
    narrow = buslens(*select, PYTHONIOENCODING="cp1252")
    assert (narrow.code, narrow.out) == (0, "fine,word\nok,\\u65e5\\u672c\n")
    assert "standard output is cp1252" in narrow.err or "charmap" in narrow.err
    wide = buslens(*select)
    assert (wide.out, wide.err) == ("fine,word\nok,日本\n", "")


def test_numbers_stay_numbers_and_texts_are_no_formulas(buslens: Program) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    asked = "SELECT -5 AS n, -0.25 AS d, '-5' AS t, '=1+1' AS f, NULL AS nothing"
    ended = buslens("query", "a.buslens", asked, "--to", "csv")
    assert ended.out == "n,d,t,f,nothing\n-5,-0.25,-5,'=1+1,\n"


@pytest.mark.parametrize("command", [["--help"], ["run", "checkout"], ["query", "a.buslens", "SELECT * FROM calls"]])
def test_a_reader_that_leaves_ends_the_program_quietly(buslens: Program, command: list[str]) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    done = shell(buslens, '"$@" | true; exit ${PIPESTATUS[0]}', *command)
    assert (done.returncode, done.stderr) == (141, "")


IS_FULL = "buslens: standard output cannot be written: the disk is full\n"


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["--help"], ["run", "user-created"]])
def test_a_full_disk_behind_standard_output_is_said(buslens: Program, arguments: list[str]) -> None:
    ended = buslens.into(FULL, *arguments)
    assert (ended.code, ended.err) == (2, IS_FULL)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("how", ["", "PYTHONUNBUFFERED=1 "])
def test_a_full_disk_is_said_by_a_python_of_its_own_too(buslens: Program, how: str) -> None:
    done = shell(buslens, how + '"$@" > /dev/full', "run", "user-created")
    assert (done.returncode, done.stderr) == (2, IS_FULL)


def test_closed_streams_are_no_bug(buslens: Program) -> None:
    assert shell(buslens, '"$@" >&-', "run", "user-created").returncode == 0
    assert shell(buslens, '"$@" >&- 2>&-', "validate", "nothing.yaml").returncode == 2


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda each: each.id)
def test_a_dash_is_standard_output_for_every_format(buslens: Program, exporter: Exporter) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    assert buslens("export", "a.buslens", "--to", exporter.id, "-o", "out").code == 0
    ended = buslens.into(buslens.folder / "piped", "export", "a.buslens", "--to", exporter.id, "-o", "-")
    assert (ended.code, ended.err) == (0, "")
    piped, written = (buslens.folder / "piped").read_bytes(), (buslens.folder / "out").read_bytes()
    if exporter.id.startswith("otlp"):  # whose spans of a simulated run have ids and times of each export
        assert len(piped) == len(written)
    else:
        assert piped == written or exporter.id == "parquet"  # whose writer is free to order its parts
    assert piped[:4] == written[:4]
    assert not (buslens.folder / "-").exists()


def test_a_run_says_that_its_capture_goes_into_a_file(buslens: Program) -> None:
    assert "standard output" in buslens("run", "user-created", "-o", "-").complaint
    assert not (buslens.folder / "-").exists()


def test_excel_gets_its_mark_where_it_is_asked_for(buslens: Program) -> None:
    assert buslens("run", "user-created", "-o", "a.buslens").code == 0
    assert buslens("export", "a.buslens", "--to", "csv", "--excel", "-o", "out.csv").code == 0
    assert (buslens.folder / "out.csv").read_bytes().startswith(codecs.BOM_UTF8 + b"dispatch,")
    asked = ("query", "a.buslens", "SELECT 'é' AS e", "--to", "csv", "--excel")
    assert buslens(*asked, PYTHONIOENCODING="cp1252").out == "\ufeffe\né\n"
    assert "--excel" in buslens("export", "a.buslens", "--to", "jsonl", "--excel", "-o", "x").complaint


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_the_summary_is_printed_though_the_capture_cannot_be_written(buslens: Program) -> None:
    ended = buslens("run", "user-created", "--json", "-o", "/dev/full")
    assert json.loads(ended.out)["dispatches"] == 3
    assert "/dev/full: cannot be written: the disk is full" in ended.complaint


def test_a_file_that_may_not_grow_is_said_with_its_reason(buslens: Program) -> None:
    done = subprocess.run(
        buslens.command("run", "checkout", "-o", "big.buslens"),
        cwd=buslens.folder,
        env=buslens.environment(),
        preexec_fn=at_most_a_kibibyte,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 2
    assert "279 dispatches" in done.stdout
    assert "big.buslens: cannot be written: the file would become larger than the system allows" in done.stderr


def at_most_a_kibibyte() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


@pytest.mark.parametrize("platform", ["nonsense", "xcb", "linuxfb"])
def test_a_qt_platform_that_cannot_start_is_one_sentence(buslens: Program, platform: str) -> None:
    assert f"QT_QPA_PLATFORM says {platform}" in buslens(QT_QPA_PLATFORM=platform).complaint
