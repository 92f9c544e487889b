"""What is imported aside is the probe's; the program finds what it would find without. Each in a Python of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
START = f"""
import sys
def part(name):
    path = {str(ROOT / "buslens" / "launching")!r} + "/" + name + ".py"
    space = {{"__name__": name}}
    exec(compile(open(path).read(), path, "exec"), space)
    return space
said = []
aside = part("aside")["Aside"]({str(ROOT / "buslens")!r}, said.append)
sys.path.insert(0, "")
before = set(sys.modules)
"""


def run(folder: Path, code: str) -> list[str]:
    command = [sys.executable, "-I", "-S", "-c", START + code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


LOAD = "import_module = lambda: __import__('buslens.recorder').recorder\n"


def test_ours_is_imported_and_not_there(tmp_path: Path) -> None:
    out = run(
        tmp_path,
        LOAD + "recorder = aside.load(import_module)\n"
        "print(recorder.__name__, [n for n in sys.modules if n.startswith('buslens')], said)\n"
        "print(aside.load(import_module) is recorder)\n"
        "import json; print(json is recorder.__dict__.get('json', json))\n",
    )
    assert out == ["buslens.recorder [] []", "True", "True"]


@pytest.mark.parametrize("was_on", [True, False])
def test_python_looks_for_garbage_afterwards_if_it_did_before(tmp_path: Path, was_on: bool) -> None:
    out = run(
        tmp_path,
        f"import gc; gc.{'enable' if was_on else 'disable'}()\n"
        "def fail(): print(gc.isenabled()); raise ValueError\n"
        "try: aside.load(fail)\nexcept ValueError: print(gc.isenabled())\n",
    )
    assert out == ["False", str(was_on)]


@pytest.mark.parametrize("first", [True, False])
def test_a_module_of_the_programs_own_and_pythons_of_that_name_do_not_meet(tmp_path: Path, first: bool) -> None:
    for name in ("json", "threading"):
        (tmp_path / f"{name}.py").write_text("OWN = True\n")
    early = "import json, threading\n" if first else ""
    out = run(
        tmp_path,
        f"{early}{LOAD}recorder = aside.load(import_module)\nimport json, threading\n"
        "print(json.OWN, threading.OWN, hasattr(recorder.threading, 'OWN'), sys.path[0] == '')\n"
        "aside.load(lambda: __import__('json.tool'))\nprint(json is sys.modules['json'], 'json.tool' in sys.modules)\n",
    )
    assert out == ["True True False True", "True False"]


def test_an_error_in_there_leaves_everything_as_it_was(tmp_path: Path) -> None:
    out = run(
        tmp_path,
        "path = list(sys.path)\ntry:\n    aside.load(lambda: 1 / 0)\nexcept ZeroDivisionError:\n"
        "    print(sys.path == path, 'buslens' in sys.modules)\n",
    )
    assert out == ["True False"]


def test_a_program_with_one_of_its_own_finds_ours_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "buslens.py").write_text("")
    look = "import buslens\nprint(hasattr(buslens, 'attach'), len(said))\n"
    out = run(tmp_path, f"{LOAD}aside.load(import_module)\n{look}")
    assert out == ["True 1"]


def test_nested_is_one(tmp_path: Path) -> None:
    (tmp_path / "queue.py").write_text("OWN = True\n")
    out = run(
        tmp_path,
        "def inner():\n    return aside.load(lambda: __import__('queue'))\n"
        "print(hasattr(aside.load(inner), 'OWN'))\nimport queue; print(queue.OWN)\n",
    )
    assert out == ["False", "True"]
