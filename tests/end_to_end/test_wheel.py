"""What `pip install` leaves in a fresh environment: the one package `buslens`, and a program that works."""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import venv
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.helpers.program import Program

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel in it; what the wheel needs is borrowed from this one."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False, symlinks=True)
    site = folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    # A path file is read for its lines only, not for path files there: the editable install stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def test_only_buslens_is_put_into_site_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"buslens"}
    assert "buslens/_desktop/app/cli.py" in names
    assert "buslens/_desktop/resources/scenarios/checkout.yaml" in names
    assert "buslens/_desktop/resources/scenario.schema.json" in names
    assert any(name.startswith("buslens/_desktop/resources/fonts/") for name in names)
    assert any(name.startswith("buslens/_desktop/resources/icons/") for name in names)
    assert not any("__pycache__" in name for name in names)


def test_the_installed_program_works_next_to_a_project_with_the_same_names(installed: Path, tmp_path: Path) -> None:
    for name in ("app", "bus", "ui"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module was imported')\n")
    buslens = Program(tmp_path, str(installed))
    assert buslens("--version").out.startswith("buslens 0.")
    ended = buslens("run", "user-created", "-o", "ping.capture")
    assert ended.code == 0, ended
    assert buslens("validate", "ping.capture", "checkout").code == 0


def test_the_probe_is_importable_without_the_desktop(installed: Path, tmp_path: Path) -> None:
    program = "import buslens, sys; sys.exit(any(name in sys.modules for name in ('app', 'bus', 'ui', 'PySide6')))"
    assert subprocess.run([installed, "-c", program], cwd=tmp_path, check=False).returncode == 0


def test_the_installed_window_opens_a_file_and_closes_on_ctrl_c(installed: Path, tmp_path: Path) -> None:
    buslens = Program(tmp_path, str(installed))
    (tmp_path / "ping.yaml").write_text("buslens: 1\nevents: {ping: {}}\nscript: [{emit: ping}]\n")
    process = subprocess.Popen(
        buslens.command("open", "ping.yaml"),
        cwd=tmp_path,
        env=buslens.environment(QT_QPA_PLATFORM="offscreen"),
        stderr=subprocess.PIPE,
        text=True,
    )
    settings = tmp_path / "xdg_config_home" / "buslens" / "settings.json"
    # The file is among the recent ones as soon as it is open.
    for _ in range(600):
        if settings.exists():
            break
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "buslens: " not in err
    assert "ping.yaml" in settings.read_text()
