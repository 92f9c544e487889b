"""In a run that does not ask for it, the plugin is one small module and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOADED = """
import json, sys
import pytest
import buslens.pytest_plugin
print(json.dumps([name for name in sys.modules if name.split(".")[0] in ("buslens", "bus", "numpy", "asyncio")]))
"""


def test_it_imports_nothing_before_it_is_asked() -> None:
    found = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert sorted(json.loads(found.stdout)) == ["buslens", "buslens.at_exit", "buslens.pytest_plugin"]


def test_its_options_are_told_and_off(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    config = pytester.parseconfig("-p", "buslens.pytest_plugin")
    assert (config.option.buslens, config.option.buslens_fail_on) == (False, "")
    assert config.option.buslens_dir == ".buslens/tests"
