"""The JSON Schema of the format, made from the model, so that editors complete and check scenario files.

`python3 dev.py generate` writes resources/scenario.schema.json; a test fails while that file is not current.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bus.scenario.model import Scenario

FILE = Path(__file__).resolve().parents[2] / "resources" / "scenario.schema.json"


def schema() -> dict[str, Any]:
    """The schema as a JSON value."""
    made = Scenario.model_json_schema(by_alias=True, mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "Buslens scenario",
        "description": "Events, handlers and a script that Buslens runs on an event bus.",
    }


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
