"""`buslens model`: a scenario made of a capture, and how far it does what was captured."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app import cli_output
from app.cli_output import STDOUT, warn, write_file
from app.cli_progress import progress_of_runs
from app.cli_text import cell, plain, stacked
from app.interruption import STOPPED, interruptible
from bus import scenario
from bus.errors import UserError
from bus.modelling.making import Model, ModelOptions, model_of
from bus.modelling.seen_program import one_line
from bus.modelling.simulating import Running
from bus.modelling.validating import SEEDS, Validation, validate
from bus.modelling.words import FIT_HEADS, arrival_sentence, fit_rows, verdict
from bus.programs.together import Together, together
from bus.wording import all_of, several

FILE_COLUMNS = 160
WIDE = 140
"""Columns that captured and simulated numbers need beside each other; in fewer they stand one above the other."""

BESIDE = " | "
DOES_NOT_FIT = 1


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """What a person asked `buslens model` for."""

    captures: Sequence[Path]
    output: Path
    wanted: ModelOptions = field(default_factory=ModelOptions)
    seeds: int = SEEDS
    """Runs of the model that are compared with the capture; 0: it is not run."""

    json: bool = False
    strict: bool = False
    """A model that does not fit fails the command."""


def write_model(request: ModelRequest) -> int:
    """Write the scenario, run it, and say how far it fits; the exit code. Raises UserError."""
    is_printed = str(request.output) == STDOUT
    if is_printed and request.json:
        raise UserError("the scenario goes to standard output, and so would the JSON", hint="name a file with -o")
    made = together(request.captures, cli_output.complain)
    trace = made.trace
    warn(request.captures[0], trace)
    model = model_of(trace, made.title, request.wanted, _notes(made, len(request.captures)))
    scenario.loads(model.text, str(request.output))  # what is written opens
    write_file(request.output, model.text.rstrip("\n"))
    found = None
    if request.seeds:
        try:
            with interruptible() as interruption, progress_of_runs(request.seeds) as show:

                def running(run: Running) -> None:
                    interruption.check()
                    show.running(run)

                found = validate(trace, model, request.seeds, running)
        except KeyboardInterrupt:
            return STOPPED
    if request.json:
        print(json.dumps(_as_json(model, found), indent=2))
    else:
        _print(cli_output.console(stderr=is_printed, columns=FILE_COLUMNS), request, model, found)
    return DOES_NOT_FIT if request.strict and found is not None and found.sentences else 0


def _notes(made: Together, count: int) -> list[str]:
    """What a person must know of several captures in one."""
    if count == 1:
        return []
    told = [f"{count} captures follow each other in it, without the time between them"]
    if made.at_one_time:
        told[0] += f"; {made.at_one_time} were recorded beside others and are so in it"
    if len(made.programs) > 1:
        names = all_of(map(one_line, made.programs))
        told.append(f"they are of {names}: whether that is one program is not known, the model is of all of it")
    return told


def _print(console: Console, request: ModelRequest, model: Model, found: Validation | None) -> None:
    made = f"{several(len(model.events), 'event')}, {several(len(model.handlers), 'handler')}, on {model.engine}"
    console.print(cell(f"{request.output}: {made}", "bold"))
    for note in model.notes:
        console.print(Text(f"- {plain(note)}"))
    for fit in model.arrivals:
        console.print(Text(f"- {plain(arrival_sentence(fit))}"))
    if found is None:
        console.print(Text("It was not run: whether it does what was captured is not known.", style="dim"))
        return
    console.print()
    console.print(_table(found, narrow=console.width < WIDE))
    for sentence in found.sentences:
        console.print(Text(plain(sentence), style="yellow"))
    console.print(Text(plain(verdict(found))))


def _table(found: Validation, *, narrow: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1 if narrow else 2, 0, 0))
    first, *heads, distance, chance = FIT_HEADS
    table.add_column(stacked(first, BESIDE) if narrow else first, overflow="fold")
    for head in [*heads, *([f"{distance}\n{chance}"] if narrow else [distance, chance])]:
        table.add_column(head, no_wrap=True, justify="right")
    for row, is_wrong in fit_rows(found):
        texts = [*row[:-2], BESIDE.join(row[-2:])] if narrow and row[-1] else row[: len(table.columns)]
        style = "yellow" if is_wrong else ""
        table.add_row(*(stacked(text, BESIDE, style) if narrow else cell(text, style) for text in texts))
    return table


def _as_json(model: Model, found: Validation | None) -> dict[str, Any]:
    return {
        "engine": model.engine,
        "events": list(model.events),
        "handlers": list(model.handlers),
        "notes": list(model.notes),
        "arrivals": [_known(asdict(fit) | {"is_poisson": fit.is_poisson}) for fit in model.arrivals],
        "validation": None if found is None else validation_as_json(found),
    }


def validation_as_json(found: Validation) -> dict[str, Any]:
    """A validation as JSON has it: times in nanoseconds, null where nothing is known."""
    return {
        "seeds": found.seeds,
        "captured_ns": found.captured_ns,
        "simulated_ns": found.virtual_ns,
        "fits": not found.sentences,
        "sentences": found.sentences,
        "too_few_to_tell": found.untold,
        "compared": [
            {
                "kind": fit.kind,
                "name": fit.name,
                "captured": fit.captured,
                "simulated": _known(asdict(fit.simulated)),
                "failed": [None if math.isnan(share) else share for share in fit.failed],
                "times": {
                    each.what: {
                        "captured_ns": _known(asdict(each.captured)),
                        "simulated_ns": _known(asdict(each.simulated)),
                        "counts": list(each.counts),
                        **_known({"distance": each.distance, "by_chance": each.by_chance}),
                        "fits": each.fits,
                    }
                    for each in fit.times
                },
            }
            for fit in found.fits
        ],
    }


def _known(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN and no infinity."""
    return {key: None if isinstance(each, float) and not math.isfinite(each) else each for key, each in values.items()}
