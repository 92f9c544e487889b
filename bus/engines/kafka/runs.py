"""What a run has made on a Kafka, and how `buslens clean` removes it after a kill."""

from __future__ import annotations

from pathlib import Path

from bus.engines.kafka import names
from bus.engines.kafka.admin import Admin
from bus.runs import manifest

FILE = "kafka.json"
TOPICS, GROUPS = "topics", "groups"


def remembered(run: str, url: str) -> manifest.Manifest:
    """Of a run that begins."""
    return manifest.Manifest(run, FILE, names.shown(url), TOPICS, GROUPS)


def clean(folder: Path) -> None:
    """Remove from the broker what a killed run made there, if it was on Kafka. Raises UserError."""
    if not (folder / FILE).is_file():
        return
    url = names.address()
    topics, groups = manifest.read(folder / FILE, TOPICS, GROUPS, here=names.shown(url))
    admin = Admin(url)
    admin.reach()
    admin.remove(topics, groups)
