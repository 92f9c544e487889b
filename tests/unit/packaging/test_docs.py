"""The command that builds the site fails where a page has what no reader should meet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from tests.helpers.pages import ROOT


def built(page: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the command of `dev.py docs` says to a site of one page."""
    (folder / "docs").mkdir()
    (folder / "docs" / "page.md").write_text(page, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(
        f"INHERIT: {ROOT}/mkdocs.yml\ndocs_dir: docs\nsite_dir: site\nnav: [page.md]\n"
        f"hooks: ['{ROOT}/packaging/docs/as_github.py']\n",
        encoding="utf-8",
    )
    command = [sys.executable, *dev.BUILD_SITE, "--config-file", str(folder / "mkdocs.yml")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_page_without_fault_becomes_a_site_that_fetches_nothing(tmp_path: Path) -> None:
    done = built("# Page\n\n## Part\n\nSee [part](#part).\n\n- one\n- two\n", tmp_path)
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "site" / "page.html").read_text(encoding="utf-8")
    loaded = [line for line in html.splitlines() if "http" in line and ("<script" in line or "<link" in line)]
    assert not [line for line in loaded if "src=" in line or "stylesheet" in line or "preconnect" in line]


@pytest.mark.parametrize(
    "fault",
    [
        "See [page](gone.md).\n",
        "See [part](#gone).\n",
        "Read on GitHub\n- as a list\n- and here as one line\n",
    ],
)
def test_a_fault_fails_the_build(fault: str, tmp_path: Path) -> None:
    done = built(f"# Page\n\n{fault}", tmp_path)
    assert done.returncode == 1
    assert "page.md" in done.stderr
