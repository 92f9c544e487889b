"""The Debian package of the folder that PyInstaller made: it lies in /usr/lib/buslens, the desktop knows it by name.

Standard library and dpkg-deb only; no root is needed (`--root-owner-group`).
"""

from __future__ import annotations

import gzip
import platform
import shutil
import subprocess
import tomllib
from pathlib import Path

from app.system_libraries import DEBIAN_PACKAGES

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def path_of(root: Path) -> Path:
    return root / "dist" / f"buslens_{version_of(root)}_{architecture()}.deb"


def build(folder: Path, root: Path, work: Path) -> Path:
    """Make the package of `folder` and give its path; CalledProcessError where dpkg-deb does not take it."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work / "usr/lib/buslens", symlinks=True)
    (work / "usr/bin").mkdir(parents=True)
    (work / "usr/bin/buslens").symlink_to("../lib/buslens/buslens")
    app = root / "packaging" / "app"
    put(app / "buslens.desktop", work / "usr/share/applications/buslens.desktop")
    put(app / "buslens-mime.xml", work / "usr/share/mime/packages/buslens.xml")
    icons = work / "usr/share/icons/hicolor" / "scalable"
    for name in ("apps/buslens", "mimetypes/application-x-buslens-capture", "mimetypes/application-x-buslens-scenario"):
        put(root / "resources/icons/buslens.svg", icons / f"{name}.svg")
    put(root / "LICENSE", work / "usr/share/doc/buslens/copyright")
    changes = gzip.compress((root / "CHANGELOG.md").read_bytes(), mtime=0)
    (work / "usr/share/doc/buslens/changelog.gz").write_bytes(changes)
    kilobytes = sum(file.stat().st_size for file in work.rglob("*") if file.is_file()) // 1024
    (work / "DEBIAN").mkdir()
    (work / "DEBIAN/control").write_text(control(root, kilobytes), encoding="utf-8")
    for path in [work, *work.rglob("*")]:  # whatever the umask of who builds it
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    made = path_of(root)
    command = ["dpkg-deb", "--root-owner-group", "-Zgzip", "--build", str(work), str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made


def control(root: Path, kilobytes: int) -> str:
    """What apt is told: Qt's own libraries are in the package, those of the system that it loads are asked for."""
    return f"""\
Package: buslens
Version: {version_of(root)}
Architecture: {architecture()}
Maintainer: Buslens developers <noreply@buslens.invalid>
Installed-Size: {kilobytes}
Section: devel
Priority: optional
Depends: {", ".join(depends())}
Recommends: desktop-file-utils, shared-mime-info, xdg-utils
Description: see what an event bus does
 Buslens designs, steps, watches and exports event flows: every dispatch, call,
 delay and failure of an event bus on one live timeline, and why it happened.
 It brings its own Python.
"""


def depends() -> list[str]:
    """The C library of at least the version that it was built with, and what `buslens doctor` looks for."""
    return [f"libc6 (>= {platform.libc_ver()[1]})", *dict.fromkeys(DEBIAN_PACKAGES.values())]


def version_of(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def architecture() -> str:
    return ARCHITECTURES.get(platform.machine(), platform.machine())


def put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
