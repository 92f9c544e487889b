"""A file that is not YAML is told in a person's words, at the place where the person has to change it."""

from __future__ import annotations

import pytest

from bus import scenario
from bus.errors import UserErrors

PARSERS_WORDS = ("while", "<", "scalar", "block", "token", "mapping values", "stream")


def refused(text: str) -> str:
    with pytest.raises(UserErrors) as said:
        scenario.loads(text, "s.yaml")
    return str(said.value.errors[0])


@pytest.mark.parametrize(
    ("lines", "place", "says"),
    [
        ("events: {a: {sample: {t: order #5}}}", "2:32", "a # behind a space begins a comment"),
        ("events: {a: {sample: [x, 'y #1', y #5]}}", "2:36", "a # behind a space begins a comment"),
        ("events: {a: {sample: {t: #5}}}", "2:26", "a # behind a space begins a comment"),
        ("events: {a: {}", "2:9", "what opens here with { is never closed with }"),
        ("events: {a: {sample: [1, 2}}", "2:27", "expected a comma or ] before }"),
        ("events: {a: {} b: {}}", "2:16", "expected a comma or } before b"),
        ("events: {a: {sample: {t: ${x}}}}", "2:27", "put a text with { } in it in quotes"),
        ("name: a: b", "2:8", "put a text with a colon in quotes"),
        ("name: 'it's'", "2:11", "put the whole value in quotes"),
        ('name: "abc', "2:7", "the text that begins with this quote does not end"),
        ("name: @foo", "2:7", "a text cannot begin with @"),
        ("name: `foo`", "2:7", "a text cannot begin with `"),
        ("name: %foo", "2:7", "a text cannot begin with %"),
        ("name: *", "2:7", "a text cannot begin with * or &"),
        ("name: *.x", "2:7", "a text that begins with & or * belongs in quotes"),
        ("name: !x y", "2:7", "a text that begins with ! belongs in quotes"),
        ("name: !!str 5", "2:7", "tags such as !!str are not allowed here"),
        ("seed: !!int x", "2:7", "tags such as !!int are not allowed here"),
        ("events:\n\ta: {}", "3:1", "spaces, not tabs"),
        ("events:\n   a: {}\n  b: {}", "4:3", "indented otherwise"),
        ("events", "2:1", "this line has no colon with a space behind it"),
        ("name:x", "2:1", "this line has no colon with a space behind it"),
        (r'name: "C:\dir"', "2:11", "a backslash in double quotes begins an escape"),
        ("name: - x", "2:7", "put the text in quotes"),
        ("name: ?", "2:7", "a value cannot begin with ?"),
        ("description: >x\n  foo", "2:15", "nothing may stand behind | or > on its line"),
        ("events: {a: {sample: {<<: {x: 1}}}}", "2:23", "merging with << is not allowed here"),
        ("events: {a: {sample: {x: =}}}", "2:26", "put it in quotes"),
        ("events: {a: {sample: {~: 1}}}", "2:23", "expected a name, found null"),
        ("name:", "2:1", "expected a text, found null"),
    ],
)
def test_what_is_no_yaml_is_said_as_a_person_would_say_it(lines: str, place: str, says: str) -> None:
    line = refused(f"buslens: 1\n{lines}\n")
    assert line.startswith(f"s.yaml:{place}: "), line
    assert says in line
    assert not any(word in line.replace("<< is", "") for word in PARSERS_WORDS), line


def test_another_version_of_yaml_reads_the_same_text_otherwise_and_is_refused() -> None:
    assert "scenarios are YAML 1.2" in refused("%YAML 1.1\n---\nbuslens: 1\nevents: {a: {sample: {on: yes}}}\n")
    assert scenario.loads("%YAML 1.2\n---\nbuslens: 1\n").scenario.buslens == 1
