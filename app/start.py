"""Where the program begins and ends: whatever goes wrong becomes one clear line and an exit code.

0 fine; 1 the scenario failed its expectations (or handlers failed, with --strict), or a bug of ours, logged;
2 wrong usage or a wrong file; 130 stopped with Ctrl+C.
"""

from __future__ import annotations

import typer

from app import cli_output, crash
from app.cli import program
from app.cli_output import complain
from app.interruption import STOPPED
from bus.errors import UserError, UserErrors
from bus.system_errors import cannot_use

WRONG_USE = 2
READER_GONE = 141
"""What a shell reports for a program that wrote into a closed pipe: 128 + SIGPIPE."""

ClickError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""Typer carries its own click from 0.20 on; the one that it raises is found here either way."""


def start(arguments: list[str]) -> int:
    """Run the command line; the exit code of the process."""
    cli_output.prepare()
    report = crash.install()
    try:
        code = _run(arguments, report)
        cli_output.finish()
    except BrokenPipeError:
        cli_output.nobody_reads()
        return READER_GONE
    except OSError as error:
        cli_output.nobody_reads()
        return _wrong(cli_output.unwritten(error) or cannot_use(error))
    return code


def _run(arguments: list[str], report: crash.CrashReport) -> int:
    try:
        code = typer.main.get_command(program).main(arguments, "buslens", standalone_mode=False)
    except UserError as error:
        return _wrong(error)
    except ClickError as error:
        return _wrong_usage(error)
    except BrokenPipeError:
        raise
    except SystemExit as end:  # click's way to end where a reader has gone
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        raise
    except (KeyboardInterrupt, typer.Abort):
        return STOPPED
    except OSError as error:
        if cli_output.unwritten(error):
            raise  # what stdout holds still would fail once more
        return _wrong(cannot_use(error))
    except Exception as error:
        report(type(error), error, error.__traceback__)
        return 1
    return code if isinstance(code, int) else 0


def _wrong(error: UserError) -> int:
    for one in error.errors if isinstance(error, UserErrors) else [error]:
        complain(str(one))
    return WRONG_USE


def _wrong_usage(error: Exception) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "buslens"
    message = str(error.format_message()).rstrip(".")  # type: ignore[attr-defined]
    complain(f"{message} (see {command} --help)")
    return WRONG_USE
