"""`buslens emit` and `buslens tune`: into a program that was started with `--control`.

Standard library only: they work where nothing but the probe is installed.
"""

from __future__ import annotations

import os
from typing import Any, Dict, List, Tuple

from buslens.control.client import ANSWER_S, NoAnswer, Program
from buslens.control.messages import Refused, value_of
from buslens.launching import ps
from buslens.launching.command import WRONG_USE, WrongUse, say
from buslens.launching.session import runtime_folder
from buslens.stream.layout import HEAD

NOT_DONE = 1
EMIT_HELP = """usage: buslens emit [OPTIONS] PROGRAM BUS EVENT [ARGUMENTS]

Emit an event by hand into a program that was started with buslens record --control.

  buslens emit 4711                                    which buses it has, and their events
  buslens emit 4711 "EventEmitter at shop.py:12" order.placed '[{"id": 7}]'

PROGRAM is a process, as buslens ps shows it, or the folder of its stream. ARGUMENTS are a list in JSON, or one value.

options:
  --keywords JSON  keyword arguments, an object
  --on thread      at once, on a thread of buslens; without, in the event loop of the bus, or where none is
                   known right after the program's next emit on that bus
  --wait SECONDS   how long it may take (5); what has not happened then is withdrawn
  -h, --help       show this
"""
TUNE_HELP = """usage: buslens tune [OPTIONS] PROGRAM

Change what is recorded of a program that was started with buslens record --control, while it runs.

  buslens tune 4711                                    what is recorded now
  buslens tune --payloads keys --only pyee 4711
  buslens tune --except "EventEmitter at shop.py:12" 4711
  buslens tune --all --payloads full 4711

PROGRAM is a process, as buslens ps shows it, or the folder of its stream.

options:
  --payloads WHAT  off, keys (their fields and types), or full; never more than the program was started with
  --only NAME      only this bus, or the buses of this library; may be given several times
  --except NAME    not this bus, or none of this library; may be given several times
  --all            every bus again
  --wait SECONDS   how long the program may take to answer (5)
  -h, --help       show this
"""
Options = Dict[str, List[str]]


def emit(arguments: "List[str]") -> int:
    """Emit by hand. The exit code."""
    return _run(arguments, EMIT_HELP, ("--keywords", "--on", "--wait"), (), _emit)


def tune(arguments: "List[str]") -> int:
    """Change what is recorded. The exit code."""
    return _run(arguments, TUNE_HELP, ("--payloads", "--only", "--except", "--wait"), ("--all",), _tune)


def _emit(words: "List[str]", options: Options) -> "List[str]":
    if len(words) not in (1, 3, 4):
        raise WrongUse("give a process, a bus and an event, and arguments as JSON where it has some")
    on = (options["--on"] or ["auto"])[-1]
    if on not in ("auto", "thread"):
        raise WrongUse(f"--on takes auto or thread, and not {on!r}")
    args = _json("the arguments", words[3]) if len(words) == 4 else []
    kwargs = _json("--keywords", options["--keywords"][-1]) if options["--keywords"] else {}
    if type(kwargs) is not dict:
        raise WrongUse("--keywords takes an object in JSON")
    wait_s = _seconds(options)
    with program_of(words[0], wait_s) as program:
        if len(words) == 1:
            return _buses(program.ask("look", wait_s))
        sent = {"bus": words[1], "event": words[2], "args": args if type(args) is list else [args], "kwargs": kwargs}
        told = program.ask("emit", wait_s, on=on, **{"from": f"buslens emit, process {os.getpid()}"}, **sent)
        return [str(told.get("said"))]


def _tune(words: "List[str]", options: Options) -> "List[str]":
    if len(words) != 1:
        raise WrongUse("give one process, such as buslens tune --payloads keys 4711")
    wait_s = _seconds(options)
    asked: "Dict[str, Any]" = {name[2:]: options[name] for name in ("--only", "--except") if options[name]}
    if options["--payloads"]:
        asked["payloads"] = options["--payloads"][-1]
    if options["--all"]:
        if "only" in asked or "except" in asked:
            raise WrongUse("--all is every bus: leave --only and --except out")
        asked["all"] = True
    with program_of(words[0], wait_s) as program:
        if not asked:
            return _recorded(program.ask("look", wait_s))
        return [str(program.ask("tune", wait_s, **asked).get("said"))]


def program_of(word: str, answer_s: float = ANSWER_S) -> Program:
    """A connection to the program of this number, or that writes a stream into this folder. Raises NoAnswer."""
    if word.isascii() and word.isdecimal() and len(word) < 10:
        pid = int(word)
        for folder in reversed(ps.sessions(runtime_folder())):
            for each in ps.processes(folder):
                if each.is_alive and each.pid == pid:
                    if not each.capture:
                        raise NoAnswer(f"process {pid} has no bus yet")
                    return Program(each.capture, pid, answer_s)
        raise NoAnswer(f"no process {pid} is watched that runs: buslens ps shows those that are")
    if not os.path.exists(os.path.join(word, HEAD)):
        raise WrongUse(f"{word} is neither a process nor the folder of a stream")
    return Program(os.path.abspath(word), 0, answer_s)


def _run(arguments: "List[str]", help_: str, valued: "Tuple[str, ...]", flags: "Tuple[str, ...]", does: Any) -> int:
    words: "List[str]" = []
    options: Options = {name: [] for name in (*valued, *flags)}
    rest, is_over = list(arguments), False
    name = help_.split()[2]
    try:
        while rest:
            word, is_joined, value = (rest.pop(0), "", "") if is_over else rest.pop(0).partition("=")
            if not is_over and word in ("-h", "--help"):
                print(help_, end="")
                return 0
            if is_over or not word.startswith("-"):
                words.append(word + is_joined + value)
            elif word == "--":
                is_over = True
            elif word in flags:
                options[word].append("yes")
            elif word in valued:
                if not is_joined and not rest:
                    raise WrongUse(f"{word} needs a value")
                options[word].append(value if is_joined else rest.pop(0))
            else:
                raise WrongUse(f"no such option: {word}")
        print("\n".join(does(words, options)))
    except WrongUse as wrong:
        say(f"{wrong} (see buslens {name} --help)")
        return WRONG_USE
    except OSError as error:
        say(str(error))
        return WRONG_USE
    except NoAnswer as why:
        say(str(why))
        return NOT_DONE
    return 0


def _buses(told: "Dict[str, Any]") -> "List[str]":
    lines = []
    for bus in told["buses"]:
        where = f"by hand: {bus['how']}" if bus["emits"] else bus["how"]
        lines += [f"{bus['bus']} ({bus['library']}): {where}", *(f"  {event}" for event in bus["events"])]
    return [*lines, f"and {told['more']} more"] if told["more"] else lines or ["it has no bus now"]


def _recorded(told: "Dict[str, Any]") -> "List[str]":
    lines = [f"payloads: {told['payloads']}" + (f" (at most {told['most']})" if told["most"] != "full" else "")]
    return lines + [f"{bus['bus']}: {'recorded' if bus['recorded'] else 'not recorded'}" for bus in told["buses"]]


def _json(what: str, text: str) -> Any:
    try:
        return value_of(text)
    except Refused as why:
        raise WrongUse(f"{what}: {why}") from None


def _seconds(options: Options) -> float:
    text = options["--wait"][-1] if options["--wait"] else str(ANSWER_S)
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 60:
        raise WrongUse(f"--wait takes seconds, more than 0 and at most 60, and not {text!r}")
    return seconds
