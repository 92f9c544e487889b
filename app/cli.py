"""The command line: each command's words and options; what they do stands in the `cli_*` files next to it."""

from __future__ import annotations

import math
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli_explore_options import explore
from app.cli_kept_files import KeepsWhatItReads
from app.cli_map_options import map_
from app.cli_model_options import model
from app.cli_questions import check, expect, query, report, why
from app.cli_record_options import record
from app.cli_whatif_options import whatif

program = typer.Typer(
    name="buslens",
    help="See what an event bus does: design, step, watch and export event flows. Without a command: the window.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Scenario = Annotated[
    str, typer.Argument(help="A scenario file, or the name of a sample such as checkout.", metavar="SCENARIO")
]


def speed_from(text: str) -> float:
    """A speed as it is typed: `max`, `2` or `0.5x`; max is infinity. Raises typer.BadParameter."""
    if text.strip().lower() == "max":
        return math.inf
    try:
        speed = float(text.strip().lower().removesuffix("x"))
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise typer.BadParameter(
            f"{text!r} is not a valid speed: give a number such as 2 or 0.5x, or max", param_hint="--speed"
        )
    return speed


def show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"buslens {version('buslens')}")
        raise typer.Exit


@program.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=show_version, is_eager=True)
    ] = False,
) -> None:
    """See what an event bus does: design, step, watch and export event flows. Without a command: the window."""
    if context.invoked_subcommand is None:
        from app.cli_window import open_window

        raise typer.Exit(open_window([]))


@program.command("open")
def open_(
    files: Annotated[
        list[str] | None, typer.Argument(help="Scenario or capture files, or samples.", metavar="FILE...")
    ] = None,
) -> None:
    """Open files in the window."""
    from app.cli_window import open_window

    raise typer.Exit(open_window(files or []))


@program.command()
def run(
    scenario: Scenario,
    engine: Annotated[str, typer.Option(help="The engine, instead of the scenario's own.", metavar="ENGINE")] = "",
    seed: Annotated[int | None, typer.Option(help="The seed of all randomness, instead of the scenario's own.")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Give a parameter a value, or several with commas: a run for each.", metavar="NAME=VALUE"
        ),
    ] = None,
    speed: Annotated[
        str, typer.Option(help="How fast time runs: 2, 0.5x, or max: waits cost nothing.", metavar="X|max")
    ] = "max",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the capture to this file.", metavar="CAPTURE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    junit: Annotated[
        Path | None, typer.Option(help="Also write its expectations as JUnit XML to this file.", metavar="FILE")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where a handler failed.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Let this file's Python handlers run, now and later.")] = False,
    flight_recorder: Annotated[
        Path | None,
        typer.Option(
            "--flight-recorder",
            help="Write the seconds around a failure, or what else the settings name, to captures in this folder.",
            metavar="FOLDER",
        ),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", help="Send spans to a collector as it goes.", metavar="otlp=http://HOST:4318")
    ] = "",
    payloads: Annotated[bool, typer.Option("--payloads", help="--to: also what the events carried.")] = False,
    check_determinism: Annotated[
        bool,
        typer.Option("--check-determinism", help="Run it twice, and say which record is the first that differs."),
    ] = False,
) -> None:
    """Run a scenario without a window, and print a summary."""
    from app.cli_matrix import run_each
    from app.cli_run import RunRequest

    if check_determinism:
        from app import cli_determinism

        twice = RunRequest(
            scenario,
            engine=engine or None,
            seed=seed,
            speed=speed_from(speed),
            trust=trust,
            parameters=cli_determinism.parameters_of(set_ or []),
        )
        raise typer.Exit(cli_determinism.check_determinism(twice))
    if payloads and not to:
        raise typer.BadParameter("--payloads goes with --to otlp=URL")
    request = RunRequest(
        scenario,
        engine=engine or None,
        seed=seed,
        speed=speed_from(speed),
        output=output,
        json=json,
        junit=junit,
        strict=strict,
        trust=trust,
        flights=flight_recorder,
        to=to,
        payloads=payloads,
    )
    raise typer.Exit(run_each(request, set_ or []))


@program.command()
def compare(
    scenario: Scenario,
    engines: Annotated[
        str,
        typer.Option(
            help="Which ones, separated by commas; those that need no server where absent.", metavar="A,B,..."
        ),
    ] = "",
    crash: Annotated[
        bool, typer.Option("--crash", help="Also let every consumer die at each boundary, and count.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="The seed of all randomness, instead of the scenario's own.")] = None,
    speed: Annotated[str, typer.Option(help="How fast time runs: 2, 0.5x, or max.", metavar="X|max")] = "1x",
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Let this file's Python handlers run, now and later.")] = False,
) -> None:
    """Run a scenario on several engines, and print what each of them made of it."""
    from app.cli_compare import CompareRequest, compare_engines
    from bus.engines import ENGINES

    chosen = [each.strip() for each in engines.split(",") if each.strip()] or [
        engine for engine in ENGINES if ENGINES[engine].is_embedded
    ]
    request = CompareRequest(scenario, chosen, seed, speed_from(speed), crash=crash, json=json, trust=trust)
    raise typer.Exit(compare_engines(request))


@program.command()
def diff(
    a: Annotated[Path, typer.Argument(help="A capture file, or the folder of a session.", metavar="A")],
    b: Annotated[Path, typer.Argument(help="The one that is compared with it.", metavar="B")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    no_payloads: Annotated[bool, typer.Option("--no-payloads", help="What events carry does not count.")] = False,
    no_order: Annotated[
        bool, typer.Option("--no-order", help="The order in which one cause emits and calls does not count.")
    ] = False,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", help="A field of payloads that does not count: id, or order.placed:items.*.id.", metavar="FIELD"
        ),
    ] = None,
    most: Annotated[int, typer.Option("--most", help="Differences that are told; 0 for all.", min=0)] = 40,
    flow: Annotated[
        int, typer.Option("--flow", help="Print the flow of this difference side by side; 1: the first.", min=0)
    ] = 0,
) -> None:
    """Say what differs between two captures. Exit code 0: nothing, 1: something, 2: they cannot be compared."""
    from app.cli_diff import DiffRequest, print_diff
    from bus.analysis.diff import Compared

    compared = Compared(payloads=not no_payloads, order=not no_order, ignored=tuple(ignore or ()))
    raise typer.Exit(print_diff(DiffRequest((a, b), compared, json=json, most=most, flow=flow)))


@program.command()
def export(
    capture: Annotated[Path, typer.Argument(help="A capture file; with --to asyncapi a scenario.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="The format; an unknown name lists them. Or otlp=http://HOST:4318, a collector.",
            metavar="FORMAT",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write; - is standard output.", metavar="OUT")
    ] = None,
    since: Annotated[
        float | None, typer.Option("--from", help="Only from this second of the capture on.", metavar="SECONDS")
    ] = None,
    until: Annotated[
        float | None, typer.Option("--until", help="Only up to this second of the capture.", metavar="SECONDS")
    ] = None,
    excel: Annotated[bool, typer.Option("--excel", help="CSV that Excel opens right: with a byte order mark.")] = False,
    payloads: Annotated[bool, typer.Option("--payloads", help="OpenTelemetry: also what the events carried.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", help="otlp=URL: go on with what its program still writes into it.")
    ] = False,
) -> None:
    """Write a capture in another format, or send it to a collector; a scenario as AsyncAPI."""
    from app.cli_files import export_capture

    if excel and to not in ("csv", "excel"):
        raise typer.BadParameter("--excel goes with --to csv")
    if to.startswith("otlp="):
        from app.cli_otlp import send

        if output is not None or since is not None or until is not None:
            raise typer.BadParameter("-o, --from and --until go with a file, not with --to otlp=URL")
        raise typer.Exit(send(capture, to, payloads=payloads, follow=follow))
    if follow:
        raise typer.BadParameter("--follow goes with --to otlp=URL")
    if output is None:
        raise typer.BadParameter("name the file to write with -o; or send spans: --to otlp=http://HOST:4318")
    if to == "asyncapi":
        from app.cli_import import export_scenario

        export_scenario(capture, output)
        return
    export_capture(capture, "excel" if excel else to, output, since, until, payloads=payloads)


@program.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="An AsyncAPI document, CloudEvents as JSON, CSV, or JSON objects, one a line.", metavar="FILE"
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The scenario; without: standard output.", metavar="SCENARIO")
    ] = Path("-"),
    event: Annotated[
        str, typer.Option("--event", help="CSV, JSON lines: each row is this event.", metavar="NAME")
    ] = "",
    event_column: Annotated[
        str, typer.Option("--event-column", help="CSV, JSON lines: the column with the event's name.", metavar="COLUMN")
    ] = "",
    time_column: Annotated[
        str,
        typer.Option("--time-column", help="CSV, JSON lines: seconds, or times of ISO 8601.", metavar="COLUMN"),
    ] = "",
    schema: Annotated[
        Path | None,
        typer.Option("--schema", help="CSV, JSON lines: the JSON Schema of the payloads.", metavar="FILE"),
    ] = None,
) -> None:
    """Make a scenario of an AsyncAPI document (2.x, 3.x), of CloudEvents, or of a table of events."""
    from app.cli_import import import_file, schema_in
    from bus.arrivals.reading import ArrivalColumns

    if event and event_column:
        raise typer.BadParameter("--event and --event-column exclude each other")
    if (time_column or schema) and not (event or event_column):
        raise typer.BadParameter("--time-column and --schema go with --event or --event-column")
    columns = ArrivalColumns(event, event_column, time_column, schema_in(schema))
    raise typer.Exit(import_file(file, output, columns))


program.command()(model)
program.command()(whatif)
program.command("map")(map_)
for question in (explore, query, check, expect, report, why):
    program.command()(question)


@program.command()
def worker(
    scenario: Scenario,
    engine: Annotated[
        str,
        typer.Option(help="Join its runs on this engine, such as rabbitmq; without: Celery.", metavar="ENGINE"),
    ] = "",
    run: Annotated[str, typer.Option(help="Join this run; without: the newest, then the next ones.")] = "",
    handlers: Annotated[
        str, typer.Option(help="Serve only these handlers; without: all of them.", metavar="NAME,NAME")
    ] = "",
    processes: Annotated[int, typer.Option(help="Celery: calls that it does at once.", min=1, max=256)] = 4,
    trust: Annotated[bool, typer.Option("--trust", help="Let this scenario's Python handlers run here.")] = False,
) -> None:
    """Do handlers' calls for runs elsewhere, until it is ended: with --engine all, else those with `worker: celery`."""
    from app.cli_worker import join, work

    only = tuple(filter(None, (name.strip() for name in handlers.split(","))))
    if engine:
        raise typer.Exit(join(scenario, engine=engine, run=run, only=only, trust=trust))
    if run or only:
        raise typer.BadParameter("--run and --handlers go with --engine")
    raise typer.Exit(work(scenario, processes=processes, trust=trust))


@program.command()
def validate(
    files: Annotated[list[str], typer.Argument(help="Scenario or capture files.", metavar="FILE...")],
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where there are warnings.")] = False,
    expects: Annotated[
        bool, typer.Option("--expects", help="What is no scenario, or expects nothing, is a mistake too.")
    ] = False,
) -> None:
    """Say every mistake in scenario and capture files, with its place, and what may be meant otherwise."""
    from app.cli_files import validate_files

    raise typer.Exit(validate_files(files, strict=strict, expects=expects))


@program.command()
def connections(
    test: Annotated[bool, typer.Option("--test", help="Connect to each of them, and say what is wrong.")] = False,
) -> None:
    """Say where the brokers are, and who says so."""
    from app.cli_connections import print_connections

    raise typer.Exit(print_connections(test=test))


@program.command()
def doctor() -> None:
    """Say what this machine lacks for Buslens."""
    from app.cli_doctor import print_findings

    raise typer.Exit(print_findings())


program.command(context_settings={"allow_interspersed_args": False})(record)


@program.command()
def attach(
    pid: Annotated[int, typer.Argument(help="The number of a process, as ps shows it.", metavar="PID")],
    to: Annotated[str, typer.Option(help="Send its spans to a collector.", metavar="otlp=http://HOST:4318")] = "",
    only: Annotated[str, typer.Option(help="Watch only these libraries.", metavar="A,B")] = "",
    budget: Annotated[str, typer.Option(help="Most of its time that this may cost.", metavar="5%")] = "",
    wait: Annotated[float, typer.Option(help="How long it may take to answer.", metavar="SECONDS")] = 10.0,
    window: Annotated[bool, typer.Option("--window", help="Open the window on it.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing.")] = False,
) -> None:
    """Watch every bus in a program that runs already, in Python 3.14 or later."""
    from buslens.launching.command import attach as attach_to

    values = {"--to": to, "--only": only, "--budget": budget, "--wait": str(wait)}
    options = [f"{option}={value}" for option, value in values.items() if value]
    flags = [flag for flag, is_set in {"--window": window, "--quiet": quiet}.items() if is_set]
    raise typer.Exit(attach_to([*options, *flags, str(pid)]))


@program.command()
def ps() -> None:
    """Show the programs that are watched, and those of the last day."""
    from buslens.launching.command import ps as listed

    raise typer.Exit(listed([]))


@program.command()
def emit(
    into: Annotated[str, typer.Argument(help="A process, or the folder of its stream.", metavar="PROGRAM")],
    bus: Annotated[str, typer.Argument(help="A bus of it; without, they are shown.", metavar="BUS")] = "",
    event: Annotated[str, typer.Argument(help="The name of the event.", metavar="EVENT")] = "",
    arguments: Annotated[str, typer.Argument(help="A list in JSON, or one value.", metavar="ARGUMENTS")] = "",
    keywords: Annotated[str, typer.Option(help="Keyword arguments, an object in JSON.", metavar="JSON")] = "",
    on: Annotated[str, typer.Option(help="thread: at once, on a thread of buslens.", metavar="WHERE")] = "auto",
    wait: Annotated[float, typer.Option(help="How long it may take.", metavar="SECONDS")] = 5.0,
) -> None:
    """Emit an event by hand into a program that was started with record --control."""
    from buslens.launching.command import emit as emit_into

    options = [f"--on={on}", f"--wait={wait}", *([f"--keywords={keywords}"] if keywords else [])]
    raise typer.Exit(emit_into([*options, "--", into, *filter(None, (bus, event, arguments))]))


@program.command()
def tune(
    of: Annotated[str, typer.Argument(help="A process, or the folder of its stream.", metavar="PROGRAM")],
    payloads: Annotated[str, typer.Option(help="off, keys or full.", metavar="WHAT")] = "",
    only: Annotated[list[str] | None, typer.Option(help="Only this bus or library.", metavar="NAME")] = None,
    left_out: Annotated[list[str] | None, typer.Option("--except", help="Not this one.", metavar="NAME")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every bus again.")] = False,
    wait: Annotated[float, typer.Option(help="How long the program may take.", metavar="SECONDS")] = 5.0,
) -> None:
    """Change what is recorded of a program that was started with record --control."""
    from buslens.launching.command import tune as change

    named = [f"--only={each}" for each in only or ()] + [f"--except={each}" for each in left_out or ()]
    flags = [*([f"--payloads={payloads}"] if payloads else []), *(["--all"] if every else [])]
    raise typer.Exit(change([f"--wait={wait}", *named, *flags, "--", of]))


@program.command()
def clean() -> None:
    """Remove what runs that were killed have left behind."""
    from app.cli_clean import clean as remove

    raise typer.Exit(remove())


for _each in program.registered_commands:
    _each.cls = KeepsWhatItReads
