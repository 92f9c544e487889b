"""What a person reads of runs and captures: in the window's title, above the timeline, and in lists. No Qt."""

from __future__ import annotations

from bus.scenario import Document
from bus.session import Run
from buslens.wire import Header
from ui.number_text import clock_text

MOST_NAME = 60
"""Letters of a name that a capture says of itself."""


def name_of(run: Run) -> str:
    """What a list calls it: "run 3" or its file's name."""
    return f"{run.title}, after Clear" if run.after_clear else run.title


def window_title(run: Run, document: Document | None) -> str:
    """Which scenario is open and what is in view; [*] is where Qt marks an edit that is not saved."""
    scenario = f"{document.title}[*]" if document is not None else ""
    parts = {
        "nothing": [scenario],
        "capture": [run.title, f"beside {scenario}" if scenario else "[*]"],
        "run": [scenario or "[*]", _run_title(run, document)],
    }[run.kind]
    title = " — ".join(part for part in parts if part)
    return f"{title} — Buslens" if title else "Buslens[*]"


def _run_title(run: Run, document: Document | None) -> str:
    other = run.origin is not None and (document is None or run.origin.title != document.title)
    of = f" of {run.origin.title}," if other and run.origin is not None else ""
    unsaved = "" if run.is_saved or run.is_empty else ", unsaved"
    return f"{name_of(run)}{of} {clock_text(run.began_s)}{unsaved}"


def facts_of(run: Run, document: Document | None) -> list[str]:
    """What is in view, the name first: what it is, of whom, on what, since when, and how it is not what it may seem."""
    if run.kind == "nothing":
        return []
    header = run.trace.header if run.trace is not None else None
    return _facts_of_capture(run, document, header) if run.kind == "capture" else _facts_of_run(run, document)


def _facts_of_run(run: Run, document: Document | None) -> list[str]:
    # What is not as it seems comes first: a small window cuts the end.
    of = "" if run.origin is None else run.origin.differs_from(document) or run.origin.title
    facts = [_begun_large(name_of(run)), of, run.engine]
    facts += [f"seed {run.seed}" if run.seed is not None else "", clock_text(run.began_s)]
    facts += ["begun by an emit by hand" if run.by_hand else "", "edited while it ran" if run.edited else ""]
    facts += ["" if run.is_empty else "saved" if run.is_saved else "unsaved"]
    return [fact for fact in facts if fact]


def _facts_of_capture(run: Run, document: Document | None, header: Header | None) -> list[str]:
    facts = [run.title]
    if header is not None:
        extra = {
            key: str(header.extra[key])[:MOST_NAME] for key in ("scenario", "engine", "seed") if key in header.extra
        }
        nobodys = header.is_simulated
        who = "a simulated run" if nobodys else f"{header.process[:MOST_NAME]}, process {header.pid}"
        facts += [extra.get("scenario") or who]
        facts += ["" if nobodys else f"on {header.host[:MOST_NAME]}", extra.get("engine", "")]
        facts += [f"seed {extra['seed']}" if "seed" in extra else ""]
        facts += ["in virtual time" if nobodys else clock_text(header.wall_ns / 1e9)]
    facts += ["notes not saved" if run.notes.unsaved else ""]
    facts += [f"the scenario beside it is {document.title}" if document is not None else ""]
    return [fact for fact in facts if fact]


def room_text(kept: int, most: int, goes_next: Run | None) -> str:
    """How many are kept, and which one goes for the next; said before it goes."""
    if goes_next is None:
        return f"{kept} of at most {most} kept"
    return f"{kept} of at most {most} kept: the next one takes the place of {name_of(goes_next)}"


def _begun_large(text: str) -> str:
    return text[:1].upper() + text[1:]
