"""`buslens record`: makes a session, and becomes the program, with the probe in front of it.

Standard library only: it works beside a program where nothing but the probe is installed.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` makes enumerations of it: they take longer than all this
import os
import sys

from buslens.launching import variables
from buslens.launching.bootstrap import libraries
from buslens.launching.session import LaunchSession

WRONG_USE, NOT_FOUND, CANNOT_RUN = 2, 127, 126
TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from buslens.launching.collecting import Collection

SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")

HELP = """usage: buslens record [OPTIONS] [--] COMMAND...

Become a program, and watch every bus in it and in the Pythons that it starts.

  buslens record -- python app.py ARGS
  buslens record -- -m module            with the python of the active environment
  buslens record -o trace.buslens -- pytest tests
  env $(buslens record --variables) gunicorn app:app

options:
  -o, --output CAPTURE  all that its processes record is one capture in this file, made by a process beside the
                        program and whole when the last of them has ended; without, into a folder that
                        `buslens ps` shows, until it is removed
  --window              open the window on all of it, as soon as the program has a bus
  --to otlp=URL         send spans of all of it to an OpenTelemetry collector, beside the program
  --expect SCENARIO     judge what was recorded by what this scenario expects, when the program has ended; the exit
                        code is the program's own, or 1 where that is 0 and an expectation is not met
  --junit FILE          write these verdicts as JUnit XML too
  --only A,B            watch only these libraries: {libraries}
  --budget 5%           the share of its processor time that each process gives to being watched: beyond
                        it payloads are left out first, and then dispatches, as the capture says
  --payloads WHAT       full: what events carry, without what looks secret (this is usual); keys: its fields and
                        types alone; off: none of it
  --redact A,B          fields whose values never leave the program, beside password, token and their like
  --inject              add a traceparent to messages over a broker that have none, so that they can be
                        followed from one process into another: this changes the messages
  --control             take commands of yours while it runs: emit events by hand (buslens emit), change what is
                        recorded (buslens tune); a socket for you alone, and a thread in the program
  --stacks              record where handlers stand that run for long: a thread in the program looks at the
                        stacks of the others a hundred times a second, and at nothing but lines of code
  --no-children         do not watch other Pythons that the program starts
  --variables           print the variables that watch a program, and start nothing
  -q, --quiet           do not say where the capture is and what cannot be seen
  -h, --help            show this
"""


class WrongUse(Exception):
    """One sentence about how the command was called."""


_WITH_VALUE = (*("-o", "--output", "--expect", "--junit", "--only", "--to", "--budget", "--payloads", "--redact"),)
_PAYLOADS = ("full", "keys", "off")
_NOBODY_BESIDE = "with --variables nobody is beside it"


class RecordRequest:
    """What was asked for."""

    def __init__(self) -> None:
        self.command: "list[str]" = []
        self.output = ""
        self.judged = {"--expect": "", "--junit": ""}
        """By which scenario it is judged, and the file for its verdicts."""

        self.to = ""
        self.only: "list[str]" = []
        self.budget = ""
        self.payloads = ""
        self.redact = ""
        self.injects = False
        self.takes_commands = False
        self.has_stacks = False
        self.has_children = True
        self.has_window = False
        self.prints = ""
        """"help" or "variables", in the place of a program that runs."""

        self.is_quiet = False


def record(arguments: "list[str]") -> int:
    """Become the program that the arguments name. Comes back only where that cannot be, with an exit code."""
    try:
        request = parsed(arguments)
        if request.prints == "help":
            print(HELP.format(libraries=", ".join(libraries())), end="")
            return 0
        check_written(request)
        check_expected(request)
    except WrongUse as wrong:
        say(f"{wrong} (see buslens record --help)")
        return WRONG_USE
    return recorded_and_judged(request) if request.judged["--expect"] else recorded(request)


def recorded_and_judged(request: RecordRequest) -> int:
    """Run the program as a child, and judge what was recorded of it. The exit code."""
    import tempfile

    from buslens.launching import judging

    with tempfile.TemporaryDirectory(prefix="buslens-") as folder:
        scenario, junit = request.judged["--expect"], request.judged["--junit"]
        doing = "" if request.output else f"recording, to judge by {scenario}"  # nobody keeps that capture
        request.output = request.output or os.path.join(folder, "recorded.buslens")
        return judging.judged(lambda: recorded(request, doing), scenario, request.output, junit)


def recorded(request: RecordRequest, doing: str = "") -> int:
    """Become the program that was asked for. Comes back only where that cannot be, with an exit code.

    doing: what is said to be done; where nothing is given, that it is recorded, and where to.
    """
    try:
        program = [] if request.prints == "variables" else found(request.command)
        if request.has_window:
            check_window()
        if request.to:
            check_receiver(request.to)
        collection = collected(request)
        environment = prepared(request, collection)
    except WrongUse as wrong:
        say(f"{wrong} (see buslens record --help)")
        return WRONG_USE
    except OSError as error:
        say(str(error))
        return WRONG_USE
    if request.prints == "variables":
        print("\n".join(f"{name}={value}" for name, value in environment.items()))
        return 0
    if not request.is_quiet:
        say(announcement(request, environment, doing))
    for why in unreachable(program):
        say(why)
    session = environment[variables.SESSION]
    if collection is not None:
        collection.begin(os.getpid(), session)
    if request.to:
        from buslens.launching import sending

        told = sending.send_beside(os.getpid(), session, request.to)
        if not request.is_quiet:
            say(told)
    if request.has_window:
        from buslens.launching import beside, window

        beside.run_beside(os.getpid(), session, window.command_for(session))
    return become(program, {**os.environ, **environment})


def parsed(arguments: "list[str]") -> RecordRequest:
    """The options, and the command behind them. Raises WrongUse."""
    request = RecordRequest()
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option, is_joined, value = rest.pop(0).partition("=")
        if option == "--":
            break
        if option == "-m":  # `buslens record -m module`, as `python -m module`
            rest.insert(0, option)
            break
        if option in _WITH_VALUE and not is_joined:
            if not rest:
                raise WrongUse(f"{option} needs a value")
            value = rest.pop(0)
        _take(request, option, value)
    request.command = rest
    if not rest and not request.prints:
        raise WrongUse("nothing to run: give a command, such as buslens record -- python app.py")
    return request


def _take(request: RecordRequest, option: str, value: str) -> None:
    if option in ("-o", "--output"):
        request.output = os.path.abspath(value)
    elif option in request.judged:
        request.judged[option] = value
    elif option == "--to":
        request.to = value
    elif option == "--only":
        request.only = only_from(value)
    elif option == "--budget":
        request.budget = budget_from(value)
    elif option == "--payloads":
        request.payloads = payloads_from(value)
    elif option == "--redact":
        request.redact = ",".join(filter(None, (request.redact, value)))
    elif option == "--inject":
        request.injects = True
    elif option == "--control":
        request.takes_commands = True
    elif option == "--stacks":
        request.has_stacks = True
    elif option == "--no-children":
        request.has_children = False
    elif option == "--window":
        request.has_window = True
    elif option == "--variables":
        request.prints = "variables"
    elif option in ("-h", "--help"):
        request.prints = "help"
    elif option in ("-q", "--quiet"):
        request.is_quiet = True
    else:
        raise WrongUse(f"no such option: {option}")


def budget_from(text: str) -> str:
    """The share that `--budget` names. Raises WrongUse where it is none."""
    from buslens.shares import share_of

    try:
        return str(share_of(text))
    except ValueError as error:
        raise WrongUse(f"--budget: {error}") from None


def payloads_from(value: str) -> str:
    """What `--payloads` names. Raises WrongUse where that is nothing."""
    if value not in _PAYLOADS:
        raise WrongUse(f"--payloads is {', '.join(_PAYLOADS[:-1])} or {_PAYLOADS[-1]}, and not {value!r}")
    return value


def only_from(value: str) -> "list[str]":
    """The libraries that `--only` names. Raises WrongUse for one that is not known."""
    names = [name.strip() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in libraries()]
    if unknown:
        raise WrongUse(f"--only knows no library {unknown[0]!r}: buslens watches {', '.join(libraries())}")
    return names


def check_window() -> None:
    """Raise WrongUse, with a sentence, where no window can be opened."""
    from buslens.launching import window

    why = window.why_none(dict(os.environ))
    if why:
        raise WrongUse(why)


def check_written(request: RecordRequest) -> None:
    """Raise WrongUse where a file to write is the program, or what it is judged by: it would be lost."""
    for written in filter(None, (request.output, request.judged["--junit"])):
        for read in (*request.command, request.judged["--expect"]):
            if os.path.isfile(written) and os.path.isfile(read) and os.path.samefile(written, read):
                raise WrongUse(f"{read} is read here, and would be lost: write into another file")


def check_expected(request: RecordRequest) -> None:
    """Raise WrongUse, with a sentence, where nothing can be judged by what was asked for."""
    scenario = request.judged["--expect"]
    if request.judged["--junit"] and not scenario:
        raise WrongUse("--junit is about expectations: say by --expect SCENARIO which ones")
    if not scenario:
        return
    if request.prints == "variables":
        raise WrongUse(f"--expect judges when the program has ended: {_NOBODY_BESIDE}")
    from buslens.launching import judging

    why = judging.why_none(scenario)
    if why:
        raise WrongUse(why)


def check_receiver(to: str) -> None:
    """Raise WrongUse, with a sentence, where spans cannot be sent there."""
    from buslens.launching import sending

    why = sending.why_none(to)
    if why:
        raise WrongUse(why)


def found(command: "list[str]") -> "list[str]":
    """The command with the path of its program in front, as a shell finds it. Raises WrongUse."""
    word = command[0]
    if word.startswith("-"):  # options of Python's own
        return found(["python" if which("python") else "python3", *command])
    path = which(word)
    if not path:
        is_script = word.endswith(".py") and os.path.exists(word)
        hint = f": for a script, buslens record -- python {word}" if is_script else ""
        raise WrongUse(f"no command {word!r} is found{hint}")
    return [path, *command]


def which(word: str) -> str:
    """The path of a command, as a shell finds it; empty where there is none. (`shutil` takes long to import.)"""
    if os.path.dirname(word):
        return word if _can_run(word) else ""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return next((path for path in (os.path.join(folder or ".", word) for folder in folders) if _can_run(path)), "")


def collected(request: RecordRequest) -> "Collection | None":
    """What is made beside the program; None where nothing is, or the program writes its capture itself.

    Raises OSError where the capture cannot be written, WrongUse for what only a stream has.
    """
    if not hasattr(os, "getuid"):
        raise OSError("buslens record needs Linux or macOS: call buslens.start() in the program instead")
    if not request.output:
        return None
    folder = os.path.dirname(request.output)
    if not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise OSError(f"{request.output} cannot be written: {folder} is no folder that you may write to")
    if os.path.isdir(request.output):
        raise OSError(f"{request.output} is a folder: name a file in it")
    why = why_alone(request)
    if not why:
        from buslens.launching import collecting

        return collecting.Collection(request.output)
    for option, is_given in (("--budget", request.budget), ("--control", request.takes_commands)):
        if is_given:
            raise WrongUse(f"{option} needs a stream, and the program writes a capture file itself: {why}")
    return None


def why_alone(request: RecordRequest) -> str:
    """Why the program writes its capture file itself; empty where it need not, or writes none."""
    if not request.output:
        return ""
    from buslens.launching import collecting

    return _NOBODY_BESIDE if request.prints == "variables" else collecting.why_none(request.output)


def prepared(request: RecordRequest, collection: "Collection | None" = None) -> "dict[str, str]":
    """The variables for the program, and the session's folder. Raises OSError where that cannot be."""
    path = os.environ.get(variables.PYTHON_PATH, "")
    session = LaunchSession.made()
    to = collection.streams if collection is not None else request.output
    told = to, request.only, request.has_children, path
    wanted = request.injects, request.takes_commands, request.has_stacks
    inject, control, stacks = ("yes" if each else "" for each in wanted)
    more = request.budget, inject, control, request.payloads, request.redact, stacks
    return variables.told(SITE, session.folder, *told, *more)


def announcement(request: RecordRequest, environment: "dict[str, str]", doing: str = "") -> str:
    """One line: where to look, and what is not seen. doing: as in `recorded`."""
    where = request.output or environment[variables.SESSION]
    begins = f"from the first import of {_either(request.only or libraries())}"
    children = "Pythons started with an environment of their own" if request.has_children else "children not forked"
    commands = "; it takes commands of yours" if request.takes_commands else ""
    why = why_alone(request)
    alone = f"; by the program itself, which drops records at full speed: {why}" if why else ""
    is_there = os.path.isfile(where) and os.path.getsize(where) > 0
    stays = "; without a bus the capture that is there now stays as it is" if is_there else ""
    return f"{doing or f'recording into {where}'}, {begins}{commands}{stays}; not seen: {children}{alone}"


def unreachable(program: "list[str]") -> "list[str]":
    """Sentences about why a probe will not get into this program; none where nothing speaks against it."""
    path, word, *rest = program
    if not _is_python(path):
        return []
    for option in rest:
        if option in ("-c", "-m") or not option.startswith("-"):
            break
        letters = set(option[1:]) if not option.startswith(("--", "-X", "-W")) else set()
        if letters & {"S", "I", "E"}:
            return [f"{word} {option} does not look for the probe: the program runs, and nothing is watched"]
    return []


def become(program: "list[str]", environment: "dict[str, str]") -> int:
    """Replace this process by the program. An exit code as a shell's, where the system refuses."""
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and what is ignored stays so
        if hasattr(_signal, name):
            _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    path, *command = program
    try:
        os.execve(path, command, environment)  # noqa: S606  what the person asks for
    except OSError as error:
        say(f"{path} cannot be run: {error.strerror}")
        return CANNOT_RUN


def say(line: str) -> None:
    """One line on stderr, where there is one."""
    if sys.stderr is not None:  # closed: `print` would take the program's standard output
        print(f"buslens: {line}", file=sys.stderr, flush=True)


def _either(names: "list[str]") -> str:
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _is_python(path: str) -> bool:
    return os.path.basename(path).startswith(("python", "pypy"))


def _can_run(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)


def ps(arguments: "list[str]") -> int:
    """Print the programs that are watched. The exit code."""
    from buslens.launching import ps as listing

    return listing.ps(arguments)


def attach(arguments: "list[str]") -> int:
    """Watch a program that runs already. The exit code."""
    from buslens.launching import attach as attaching

    return attaching.attach(arguments)


def emit(arguments: "list[str]") -> int:
    """Emit an event by hand into a program. The exit code."""
    from buslens.control import cli

    return cli.emit(arguments)


def tune(arguments: "list[str]") -> int:
    """Change what is recorded of a program. The exit code."""
    from buslens.control import cli

    return cli.tune(arguments)


COMMANDS = {"record": record, "attach": attach, "ps": ps, "emit": emit, "tune": tune}
