"""What a person has set about brokers, on disk: a file of its own, which every process of Buslens reads by itself.

Not in the window's settings: a worker, `buslens clean` and a run on the command line need it too.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

import platformdirs
from pydantic import TypeAdapter, ValidationError

from bus.connections.model import Connection
from bus.errors import UserError

MOST_BYTES = 64 * 1024
_FORM = TypeAdapter(dict[str, Connection])


def path() -> Path:
    """The path of the file in which connections are kept."""
    return platformdirs.user_config_path("buslens") / "connections.json"


def read() -> dict[str, Connection]:
    """By id of the kind, of those that are set, not checked yet. Raises UserError where the file is damaged.

    A run then does not begin, for the default would be another broker than the one that was meant.
    """
    try:
        with path().open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            raise ValueError("too large")
        return _FORM.validate_python(json.loads(text))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, ValidationError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{path()} cannot be read ({type(error).__name__})", hint="mend or remove it, and set the connections anew"
        ) from None


def write(connections: dict[str, Connection]) -> None:
    """Replace it, never half; mode 0600. Raises OSError."""
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, part = tempfile.mkstemp(dir=path().parent, prefix=".connections.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_FORM.dump_json(connections, indent=2))
        os.replace(part, path())
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise
