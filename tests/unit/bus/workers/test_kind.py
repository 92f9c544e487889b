"""What is known of kinds of workers before any of their code is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bus.errors import UserErrors
from bus.scenario import Document
from bus.workers import INLINE, KINDS

TEXT = "buslens: 1\nevents: {{a: {{}}}}\nhandlers: {{h: {{on: a, worker: {worker}}}}}\n"


def test_a_handler_may_name_each_of_them_and_nothing_else() -> None:
    for worker in (INLINE, *KINDS):
        assert Document(TEXT.format(worker=worker)).scenario.handlers["h"].worker == worker
    with pytest.raises(UserErrors, match="did you mean thread"):
        Document(TEXT.format(worker="thraed"))


def test_who_names_none_loads_no_celery() -> None:
    code = "import sys, bus.session; print([name for name in sys.modules if name.startswith(('celery', 'kombu'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
