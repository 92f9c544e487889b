"""Where the program begins and ends: whatever goes wrong becomes one clear line and an exit code.

0 fine; 1 the scenario failed its expectations (or handlers failed, with --strict), or a bug of ours, logged;
2 wrong usage or a wrong file; 130 stopped with Ctrl+C.
"""

from __future__ import annotations

import os
import sys

import typer

from app import crash
from app.cli import program
from app.cli_text import plain
from bus.errors import UserError, UserErrors

WRONG_USE = 2
STOPPED = 130
READER_GONE = 141
"""What a shell reports for a program that wrote into a closed pipe: 128 + SIGPIPE."""

ClickError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""Typer carries its own click from 0.20 on; the one that it raises is found here either way."""


def start(arguments: list[str]) -> int:
    """Run the command line; the exit code of the process."""
    report = crash.install()
    try:
        code = typer.main.get_command(program).main(arguments, "buslens", standalone_mode=False)
        sys.stdout.flush()
    except UserError as error:
        return _wrong(error)
    except ClickError as error:
        return _wrong_usage(error)
    except BrokenPipeError:
        return _quietly()
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except OSError as error:
        return _wrong(UserError(_said_by_the_system(error)))
    except Exception as error:
        report(type(error), error, error.__traceback__)
        return 1
    return code if isinstance(code, int) else 0


def _wrong(error: UserError) -> int:
    for one in error.errors if isinstance(error, UserErrors) else [error]:
        print(f"buslens: {plain(str(one))}", file=sys.stderr)
    return WRONG_USE


def _wrong_usage(error: Exception) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "buslens"
    message = plain(error.format_message()).rstrip(".")  # type: ignore[attr-defined]
    print(f"buslens: {message} (see {command} --help)", file=sys.stderr)
    return WRONG_USE


def _said_by_the_system(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _quietly() -> int:
    # Python flushes stdout once more when it exits; into nothing, so that it has nothing to complain about.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE
