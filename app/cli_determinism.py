"""`buslens run --check-determinism`: one seed twice, in two processes that hash differently, and what differs first."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.cli_output import write_text
from app.cli_run import RunRequest, open_checked, run_headless
from app.cli_text import plain
from app.trust import TrustedFiles
from bus.capture import sameness
from bus.engines import ENGINES
from bus.errors import UserError
from bus.kernel.refusals import why_not
from bus.modelling.simulating import CHOSEN, TOO_MUCH, in_kernel
from bus.scenario import Document, Scenario, parameters
from bus.session import Session
from bus.settings import Settings
from bus.workers import KINDS
from bus.workers.worker_talk import command_of

HASH_SEEDS = ("1", "2")
"""What PYTHONHASHSEED says in each of the two processes: sets and dictionaries must not matter."""

DIFFERS = 1


def check_determinism(request: RunRequest) -> int:
    """Run it twice and say what differs; the exit code. Raises UserErrors, also those of the runs."""
    if request.speed != math.inf:
        raise UserError("what is the same again is a run in virtual time", hint="leave --speed away")
    trusted = TrustedFiles()
    session = Session(Settings(), trusted=trusted.trusts)
    open_checked(session, request, trusted)
    assert session.document is not None
    document = session.document
    model = document.scenario
    engine = request.engine or model.engine
    seed = model.seed if request.seed is None else request.seed
    session.close()
    with tempfile.TemporaryDirectory(prefix="buslens-") as folder:
        paths = [_run(request, Path(folder) / f"{hash_seed}.capture", hash_seed) for hash_seed in HASH_SEEDS]
        one, other = (sameness.read(path) for path in paths)
    found = sameness.first_difference(one, other)
    if not found:
        write_text(f"the same twice: {sameness.extent(one)}, {engine}, seed {seed}\n")
        is_same, said = _in_kernel(document, engine, seed, one)
        write_text(plain(said) + "\n")
        return 0 if is_same else DIFFERS
    outside = _outside(model, engine)
    write_text(plain(f"not the same twice ({engine}, seed {seed}): {found}{outside}") + "\n")
    return DIFFERS


def _in_kernel(document: Document, engine: str, seed: int, real: sameness.Recorded) -> tuple[bool, str]:
    """Whether the kernel makes the same run, as far as it can make it, and what is to be said of that."""
    why = why_not(document.scenario, engine) or (CHOSEN if document.scenario.choices is not None else "")
    ours = None if why else in_kernel(document, engine, seed)
    if ours is None:
        return True, f"not made in the kernel: {why or TOO_MUCH}"
    found = sameness.first_difference(real, sameness.Recorded(ours))
    return (False, f"the kernel makes another run: {found}") if found else (True, "the kernel makes the same run")


def parameters_of(said: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What `--set` says, of one run. Raises UserError where it asks for several."""
    first, *others = parameters.runs(said)
    if others:
        raise UserError("--check-determinism is for one run", hint="give each parameter one value")
    return tuple(first.items())


def main() -> None:
    """One of the two runs, in a process of its own: its request is the last argument, as JSON."""
    said = json.loads(sys.argv[-1])
    try:
        run_headless(
            RunRequest(
                said["scenario"],
                engine=said["engine"],
                seed=said["seed"],
                output=Path(said["output"]),
                parameters=tuple((name, value) for name, value in said["parameters"]),
            )
        )
    except Exception as error:
        sys.stderr.write(str(error))
        raise SystemExit(2) from None


def _run(request: RunRequest, output: Path, hash_seed: str) -> Path:
    wanted = replace(request, output=output)
    said = {key: getattr(wanted, key) for key in ("scenario", "engine", "seed", "parameters")} | {"output": str(output)}
    done = subprocess.run(
        [*command_of("app.cli_determinism"), json.dumps(said)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        check=False,
    )
    if done.returncode or not output.exists():
        raise UserError(done.stderr.strip() or f"the run ended with exit code {done.returncode}")
    return output


def _outside(scenario: Scenario, engine: str) -> str:
    """What of this run is not decided by its seed, as another sentence."""
    parts = [f"the server of {engine}"] if not ENGINES[engine].is_embedded else []
    for name, handler in scenario.handlers.items():
        kind = KINDS.get(handler.worker)
        parts += [f"the workers of {name}"] if kind is not None and kind.broker is not None else []
        parts += [f"the Python code of {name}"] if handler.has_python else []
    return f". Not decided by the seed: {', '.join(parts)}" if parts else ""
