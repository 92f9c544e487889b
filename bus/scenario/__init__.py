"""Scenario files: what they say, where it stands, how they are edited. docs/scenario.md describes the format."""

from __future__ import annotations

from bus.scenario.document import Document, load, loads, new
from bus.scenario.model import Scenario
from bus.scenario.samples import SAMPLES, Sample

__all__ = ["SAMPLES", "Document", "Sample", "Scenario", "load", "loads", "new"]
