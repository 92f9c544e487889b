"""What a run has made on Celery's broker, remembered on disk, so that `buslens clean` can remove it after a kill."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

from bus.engines.rabbitmq import names
from bus.errors import UserError
from bus.runs.manifest import same_address
from bus.runs.sqlite_runs import RunFolder, home
from bus.system_errors import cannot_make, cannot_read
from bus.workers import celery_app

FILE = "celery.json"
_SUFFIX = "-celery"
_LOG = logging.getLogger("buslens")


class Made:
    """The queue of one run's answers."""

    def __init__(self, run: str, url: str) -> None:
        self.replies = f"{run}.replies"
        self._url = names.shown(url)
        self._folder = RunFolder(home() / f"{run}{_SUFFIX}")

    def begin(self) -> None:
        """From here on there is something to be removed. Raises UserError."""
        try:
            self._folder.make()
            said = {"replies": self.replies, "address": self._url}
            (self._folder.path / FILE).write_text(json.dumps(said), encoding="utf-8")
        except (OSError, sqlite3.Error) as error:
            raise cannot_make(self._folder.path, error) from None

    def remove_from(self, app: Any) -> None:
        """Remove it; where the broker cannot be reached it is left to `buslens clean`."""
        try:
            _delete(app, self.replies)
        except Exception as error:
            _LOG.info("%s stays on Celery's broker: %s", self.replies, error)
            self._folder.leave(clean=False)
        else:
            self.end()

    def end(self) -> None:
        """Forget what was made: nothing of it is left."""
        self._folder.leave(clean=True)


def clean(folder: Path) -> None:
    """Remove from the broker what a killed run made there, if its calls were Celery's. Raises UserError."""
    if not (folder / FILE).is_file():
        return
    url = celery_app.address()
    try:
        said: Any = json.loads((folder / FILE).read_text(encoding="utf-8"))
        replies, address = str(said["replies"]), str(said["address"])
        if f"{replies.removesuffix('.replies')}{_SUFFIX}" != folder.name:
            raise ValueError("a name that is not this run's")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise cannot_read(folder / FILE, error) from None
    same_address(address, names.shown(url))
    try:
        _delete(celery_app.application(url), replies)
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"Celery's broker at {names.shown(url)} cannot be reached: {error}") from None


def _delete(app: Any, replies: str) -> None:
    with app.connection_for_write(connect_timeout=2.0) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0)
        connection.default_channel.queue_delete(replies)
