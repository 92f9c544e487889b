"""Where in the program something was done: the nearest line on the stack that is neither ours nor a library's."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Optional, Union

Place = tuple[str, int]
"""File and line; ("", 0): nowhere."""

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_APPLICATION = _OURS + "_desktop" + os.sep


def is_ours(file: str) -> bool:
    """Whether a file is one of the probe's, whose lines a person did not write."""
    return file.startswith(_OURS) and not file.startswith(_APPLICATION)


def files_of(library: str) -> str:
    """How the names of all files of an imported library begin; "" where that is not known."""
    module = sys.modules.get(library)
    file = getattr(module, "__file__", None)
    if type(file) is not str:
        return ""
    file = os.path.abspath(file)
    return os.path.dirname(file) + os.sep if hasattr(module, "__path__") else file


def place_outside(files: Union[str, tuple[str, ...]] = "") -> Place:
    """Where the stack last was in code of the program. files: how the names of a library's files begin."""
    caller: Optional[FrameType] = sys._getframe(1)
    while caller is not None:
        file = caller.f_code.co_filename
        if not is_ours(file) and not (files and file.startswith(files)):
            return file, caller.f_lineno or 0
        caller = caller.f_back
    return "", 0
