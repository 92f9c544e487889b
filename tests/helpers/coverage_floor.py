"""`python3 dev.py coverage`: how much of each room's code its tests run, and whether that is less than its floor.

Floors stand in tests/coverage_floor.toml. A room is a folder: `bus/trace`, `ui/panels`, `buslens`; what lies
deeper counts to it.
"""

from __future__ import annotations

import json
import math
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).resolve().parents[1] / "coverage_floor.toml"
RAISE = "--raise"

HEAD = """\
# Percent of the lines of each room that tests/unit and tests/gui run; measured by `python3 dev.py coverage`, which
# fails where it is less. Floors only rise: `python3 dev.py coverage --raise` writes what was measured, a point less.

"""
SLACK = 1.0
"""Points that a floor stays under what was measured: which thread comes first decides about a few lines."""


def room_of(path: str) -> str:
    """`bus/trace` of `bus/trace/trace.py` and of what lies in folders below; `bus` of `bus/errors.py`."""
    return "/".join(path.split("/")[:-1][:2])


def shares(report: dict[str, Any]) -> dict[str, float]:
    """Percent of its lines that were run, of each room, from what `coverage json` wrote."""
    lines, run = Counter[str](), Counter[str]()
    for path, said in report["files"].items():
        room = room_of(path)
        lines[room] += said["summary"]["num_statements"]
        run[room] += said["summary"]["covered_lines"]
    return {room: 100 * run[room] / count for room, count in sorted(lines.items()) if count}


def floors_in(text: str) -> dict[str, int]:
    """Of the file."""
    return {str(room): int(floor) for room, floor in tomllib.loads(text).items()}


def complaints(measured: dict[str, float], floors: dict[str, int]) -> list[str]:
    """Why it fails, a line for each room; none where all is well."""
    return [
        *(
            f"{room}: tests run {share:.1f} % of its lines, its floor is {floors[room]} %"
            for room, share in measured.items()
            if room in floors and share < floors[room]
        ),
        *(f"{room}: has no floor; {RAISE} writes one" for room in measured if room not in floors),
        *(f"{room}: has a floor and is not there; {RAISE} removes it" for room in floors if room not in measured),
    ]


def raised(measured: dict[str, float], floors: dict[str, int]) -> dict[str, int]:
    """New floors, of the rooms that there are: none is lower than it was."""
    return {room: max(floors.get(room, 0), math.floor(share - SLACK)) for room, share in measured.items()}


def written(floors: dict[str, int]) -> str:
    """As the file says it."""
    return HEAD + "".join(f'"{room}" = {floor}\n' for room, floor in sorted(floors.items()))


def table(measured: dict[str, float], floors: dict[str, int]) -> str:
    """What a person reads."""
    widest = max(map(len, measured), default=0)
    rows = [(room, share, floors.get(room, 0)) for room, share in measured.items()]
    return "\n".join(f"{room:<{widest}}  {share:5.1f} %  floor {floor} %" for room, share, floor in rows)


def main(report: Path, file: Path, arguments: list[str]) -> int:
    """Say it, and whether that is well: 0 or 1."""
    measured = shares(json.loads(report.read_text(encoding="utf-8")))
    floors = floors_in(file.read_text(encoding="utf-8")) if file.is_file() else {}
    print(table(measured, floors))
    if RAISE in arguments:
        floors = raised(measured, floors)
        file.write_text(written(floors), encoding="utf-8")
    found = complaints(measured, floors)
    print(*found, sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), FLOORS, sys.argv[2:]))
