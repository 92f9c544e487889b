"""`python3 dev.py bench`: every measurement, in one run on one machine, written to docs/performance.md.

A measurement is a file next to this one with a function `measure()` that returns its table: a list of rows, each a
mapping of column titles to values. The first paragraph of its docstring says what was measured. One that goes on for
some time takes `seconds`: `dev.py bench full_speed --seconds 3600`.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT = HERE.parent / "docs" / "performance.md"
INTRODUCTION = """# Performance

Written by `python3 dev.py bench`; every number was measured in one run on the machine named here. Compare columns
of one table with each other, not with those of another machine.
"""

MEASURED = ("PySide6-Essentials", "numpy", "pyee", "blinker", "flask", "django", "viztracer")
"""Libraries whose versions are told."""

Row = Mapping[str, object]


def main() -> None:
    names = sorted(path.stem for path in HERE.glob("*.py") if "\ndef measure(" in path.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="dev.py bench", description="Measure, and write docs/performance.md.")
    parser.add_argument("only", nargs="*", choices=[[], *names], help="measure these alone, and write nothing")
    parser.add_argument("--seconds", type=float, help="how long those go on that take a time")
    given = parser.parse_args()
    only = given.only
    sections = []
    for name in only or names:
        print(f"measuring {name} ...", flush=True)
        section = section_of(name, given.seconds)
        print(section, flush=True)
        sections.append(section)
    if not only:
        REPORT.write_text("\n".join([INTRODUCTION, machine(), *sections]), encoding="utf-8")
        print(f"wrote {REPORT}")


def section_of(name: str, seconds: float | None = None) -> str:
    """The heading, the words and the table of one measurement. seconds: how long it goes on, if it takes a time."""
    module = importlib.import_module(f"benchmarks.{name}")
    words = (inspect.getdoc(module) or "").strip()
    takes_time = seconds is not None and "seconds" in inspect.signature(module.measure).parameters
    measured = module.measure(seconds=seconds) if takes_time else module.measure()
    return f"## {name.replace('_', ' ').capitalize()}\n\n{words}\n\n{table(measured)}\n"


def table(measured: Sequence[Row] | Row) -> str:
    """A Markdown table; a single mapping becomes two columns."""
    listed = (
        [{"what": key, "value": value} for key, value in measured.items()]
        if isinstance(measured, Mapping)
        else measured
    )
    columns = list(dict.fromkeys(column for row in listed for column in row))
    lines = [columns, ["---"] * len(columns), *([shown(row.get(column, "")) for column in columns] for row in listed)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def machine() -> str:
    """What the numbers were measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in MEASURED)
    return (
        f"Measured on {date.today():%d %B %Y}: {processor()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, {libraries}.\n"
    )


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
