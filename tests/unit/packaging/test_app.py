"""What the folder that needs no Python, the Debian package and the forge's workflow are made from is sound.

What was tried with the whole folder stands in docs/development.md.
"""

from __future__ import annotations

import ast
import configparser
import importlib.util
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

from app.doctor import START_QT
from app.system_libraries import DEBIAN_PACKAGES
from bus.workers.python_host import CODE_COMMAND
from bus.workers.worker_talk import pool_command
from tests.helpers.pages import ROOT

APP = ROOT / "packaging" / "app"
TYPE = "{http://www.freedesktop.org/standards/shared-mime-info}mime-type"


def module(name: str) -> ModuleType:
    """packaging/app/NAME.py, which belongs to no package."""
    spec = importlib.util.spec_from_file_location(f"packaging_app_{name}", APP / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(APP / "buslens.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_recipe_is_python_and_names_the_three_systems() -> None:
    text = (APP / "buslens.spec").read_text(encoding="utf-8")
    ast.parse(text)
    assert '"win32"' in text
    assert '"darwin"' in text
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = next(node for node in ast.parse(text).body if isinstance(node, ast.Assign) and "EXTRAS" in ast.dump(node))
    assert set(ast.literal_eval(named.value)) <= set(extras)


def test_the_desktop_entry_opens_what_its_types_are() -> None:
    entry = desktop_entry()
    assert entry["Exec"] == "buslens open %F"
    types = {each.get("type") for each in ElementTree.parse(APP / "buslens-mime.xml").iter(TYPE)}
    assert types == {"application/x-buslens-capture", "application/x-buslens-scenario"}
    assert types < set(entry["MimeType"].strip(";").split(";"))
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(
            ["desktop-file-validate", APP / "buslens.desktop"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("command", "code", "arguments"),
    [
        (["buslens", "run", "checkout"], None, None),
        (["buslens"], None, None),
        (["buslens", "--version"], None, None),
        (["buslens", "record", "--", "python", "-c", "pass"], None, None),
        ([*CODE_COMMAND], CODE_COMMAND[-1], [CODE_COMMAND[-1]]),
        (["python", "-c", START_QT], START_QT, ["-c"]),
        (["python", "-m", "buslens", "open", "a.buslens"], "buslens", ["-m", "open", "a.buslens"]),
        (pool_command(), pool_command()[4], ["-c", *pool_command()[5:]]),
    ],
)
def test_the_packaged_program_is_the_python_of_its_own_processes(
    command: list[str], code: str | None, arguments: list[str] | None
) -> None:
    found = module("entry").as_python(command[1:])
    assert (found and found[1:]) == (None if arguments is None else (code, arguments))


def test_code_that_it_is_given_runs_as_the_main_module() -> None:
    code = "import sys; print(__name__, sys.argv, sys.stdout.encoding)"
    command = [sys.executable, str(APP / "entry.py"), "-X", "utf8", "-c", code, "a"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "__main__ ['-c', 'a'] utf-8\n", done.stderr


def test_what_it_starts_gets_the_persons_own_environment() -> None:
    variables = {
        "LD_LIBRARY_PATH": "/opt/it/_internal", "LD_LIBRARY_PATH_ORIG": "/home/me/lib",
        "QT_PLUGIN_PATH": "/opt/it/_internal/PySide6/Qt/plugins", "DYLD_LIBRARY_PATH": "/home/me/own",
        "_PYI_ARCHIVE_FILE": "/opt/it/buslens", "_PYI_PARENT_PROCESS_LEVEL": "0",
    }  # fmt: skip
    module("entry").give_back(variables, "/opt/it/_internal")
    assert variables == {"LD_LIBRARY_PATH": "/home/me/lib", "DYLD_LIBRARY_PATH": "/home/me/own"}


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not on this machine")
def test_the_debian_package_asks_for_qts_libraries_and_tells_the_desktop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian: Any = module("debian")
    made = tmp_path / "made.deb"
    monkeypatch.setattr(debian, "path_of", lambda root: made)
    folder = tmp_path / "buslens"
    folder.mkdir()
    (folder / "buslens").write_text("the program")
    (folder / "buslens").chmod(0o700)
    assert debian.build(folder, ROOT, tmp_path / "work") == made
    fields = subprocess.run(["dpkg-deb", "-f", made, "Depends"], capture_output=True, text=True, check=True).stdout
    assert set(DEBIAN_PACKAGES.values()) < set(fields.strip().split(", "))
    files = subprocess.run(["dpkg-deb", "-c", made], capture_output=True, text=True, check=True).stdout
    assert "-rwxr-xr-x root/root" in next(line for line in files.splitlines() if line.endswith("lib/buslens/buslens"))
    for path in (
        "usr/bin/buslens -> ../lib/buslens/buslens",
        "usr/share/applications/buslens.desktop",
        "usr/share/icons/hicolor/scalable/apps/buslens.svg",
        "usr/share/mime/packages/buslens.xml",
    ):
        assert f"./{path}\n" in files


def test_the_workflow_builds_on_three_systems_and_publishes_nothing() -> None:
    workflow = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "build.yml")
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"]
    systems = [jobs["linux"]["runs-on"], *jobs["others"]["strategy"]["matrix"]["os"]]
    assert [name.partition("-")[0] for name in systems] == ["ubuntu", "windows", "macos"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    used = {step["uses"].partition("@")[0] for step in steps if "uses" in step}
    assert used == {"actions/checkout", "actions/setup-python"}
    for job in jobs.values():
        assert any("dev.py package" in step.get("run", "") for step in job["steps"])
