"""What `validate` says of a scenario that opens: what cannot run, what may be meant otherwise; each with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bus import scenario
from bus.errors import UserErrors
from bus.scenario import SAMPLES
from bus.scenario.words import check_event, check_name

HEAD = "buslens: 1\nengine: sqlite\nevents:\n  a:\n  b:\n    schema: {type: object}\n    sample: {}\n"
ON_A = "handlers:\n  h:\n    on: a\n    do:\n"
DOCS = Path(__file__).resolve().parents[4] / "docs" / "scenario.md"


def mistakes(text: str) -> list[str]:
    return [str(each) for each in scenario.loads(text, "s.yaml").examined().mistakes]


def warnings(text: str) -> list[str]:
    return [str(each) for each in scenario.loads(text, "s.yaml").examined().warnings]


def refused(text: str) -> list[str]:
    with pytest.raises(UserErrors) as said:
        scenario.loads(text, "s.yaml")
    return [str(each) for each in said.value.errors]


def test_the_samples_have_no_mistakes_and_no_warnings() -> None:
    for sample in SAMPLES:
        found = scenario.load(sample.path).examined()
        assert (found.mistakes, found.warnings) == ((), ()), sample.id


@pytest.mark.parametrize(
    ("schema", "at", "says"),
    [
        ("{$ref: '#/components/schemas/s'}", 20, "points nowhere"),
        ("{$ref: '#/components/schemas/s', $defs: {s: {}}}", 20, "did you mean #/$defs/s?"),
        ("{$ref: '#'}", 20, "leads back to itself"),
        ("{$ref: '#/$defs/x', $defs: {x: {allOf: [{$ref: '#/$defs/x'}]}}}", 20, "leads back to itself"),
        ("{properties: {const: {$ref: '#/no'}}}", 41, "points nowhere"),
        ("{$ref: 'other.json#/a'}", 20, "points outside this schema"),
        ("{$ref: 'https://example.org/s'}", 20, "points outside this schema"),
        ("{$ref: '#anchor'}", 20, "points nowhere"),
    ],
)
def test_a_reference_that_cannot_be_followed_does_not_open(schema: str, at: int, says: str) -> None:
    (line,) = refused(f"buslens: 1\nevents:\n  a:\n    schema: {schema}\n")
    assert line.startswith(f"s.yaml:4:{at}: ")
    assert says in line


@pytest.mark.parametrize(
    "schema",
    [
        "{properties: {child: {$ref: '#'}}}",
        "{$ref: '#/$defs/x', $defs: {x: {type: array, items: {$ref: '#/$defs/x'}}}}",
        "{$ref: '#here', $defs: {x: {$anchor: here, type: string}}}",
        "{properties: {$ref: {type: string}, required: {type: boolean}}}",
    ],
)
def test_references_that_can_be_followed_are_fine(schema: str) -> None:
    text = f"buslens: 1\nevents:\n  a:\n    schema: {schema}\n"
    assert (mistakes(text), warnings(text)) == ([], [])


def test_a_sample_that_breaks_its_own_schema() -> None:
    text = (
        "buslens: 1\nevents:\n  a:\n    schema: {properties: {at: {format: date-time}}}\n    sample: {at: yesterday}\n"
    )
    assert mistakes(text) == [
        "s.yaml:5:13: the sample of a breaks its own schema: $.at: 'yesterday' is not a 'date-time'"
    ]


@pytest.mark.parametrize(
    ("step", "place", "says"),
    [
        ("{emit: a, with: $event.payload}", "9:20", "there is no event here"),
        ("{emit: a, with: {n: '${event.name}'}}", "9:26", "there is no event here"),
        ("{emit: a, with: {n: $call}}", "9:24", "there is no call here, there is count, counters"),
        ("{emit: a, if: payload > 1}", "9:17", "there is no payload here"),
        ("{emit: a, with: $is_paid()}", "9:20", "there is no function is_paid"),
        ("{repeat: 2, do: [{emit: a, with: $event}]}", "9:37", "there is no event here"),
        ("{emit: b, with: $count}", "9:19", "b cannot be emitted so"),
        ("{emit: b, with: [1]}", "9:19", "b cannot be emitted so"),
        ("{emit: a, with: $1 + 'x'}", "9:20", "the script cannot go on here"),
    ],
)
def test_what_would_stop_the_script(step: str, place: str, says: str) -> None:
    (line,) = mistakes(f"{HEAD}script:\n- {step}\n")
    assert line.startswith(f"s.yaml:{place}: ")
    assert says in line


def test_an_event_whose_schema_wants_a_payload_that_nobody_gives() -> None:
    (line,) = mistakes("buslens: 1\nevents: {b: {schema: {type: object}}}\nscript: [{emit: b}]\n")
    assert line.startswith("s.yaml:3:17: b is emitted without a payload and has no sample")


@pytest.mark.parametrize(
    ("step", "place", "says"),
    [
        ("log: hi ${evnt.name}", "12:19", "did you mean event?"),
        ("fail: {if: event.paylod.x, message: $nothing}", "12:26", "an event has no paylod"),
        ("transform: {x: $payload.id}", "12:25", "write event.payload"),
        ("once: [{emit: a, with: $lower('A')}]", "12:33", "there is no function lower"),
        ("crash: {if: calls > 1}", "12:21", "there is no calls here"),
    ],
)
def test_names_that_a_handler_does_not_have(step: str, place: str, says: str) -> None:
    text = HEAD + ON_A + f"      - {step}\n"
    first = mistakes(text)[0]
    assert first.startswith(f"s.yaml:{place}: "), first
    assert says in first


def test_names_that_are_there_are_fine() -> None:
    text = (
        HEAD
        + ON_A
        + (
            "      - {count: x}\n      - {log: '${event.name} ${count} ${counters.x}'}\n"
            "      - transform: {n: '$event.payload.items.map(event2, event2 * 2)', t: $'event is evnt'}\n"
            "      - fail: {if: 'has(event.payload.x) && size(event.payload.items) > 1 && type(count) == int'}\n"
            "script:\n- {emit: a}\n- {emit: a, with: {n: $count, m: '$$event', x: $counters.x}}\n"
        )
    )
    assert mistakes(text) == []


@pytest.mark.parametrize(
    ("value", "column", "says"),
    [
        ("01234", 8, "01234 is read as the number 1234"),
        ("-007", 8, "-007 is read as the number -7"),
        ("0x1F", 8, "0x1F is read as the number 31"),
        ("0o17", 8, "0o17 is read as the number 15"),
        ("1_000", 8, "1_000 is read as the number 1000"),
        ("1_0.5", 8, "1_0.5 is read as the number 10.5"),
        ("+49123", 8, "+49123 is read as the number 49123"),
        ("1e3", 8, "1e3 is read as the number 1000.0"),
        ("123456789012345678", 8, "123456789012345678 is read as the number 123456789012345678"),
        ("yes", 8, "yes is read as a text, not as true"),
        ("Off", 8, "Off is read as a text, not as false"),
        ("order #5", 13, "the value ends before #5"),
        ("#5", 8, "there is no value before #5"),
    ],
)
def test_a_value_that_yaml_reads_as_something_else(value: str, column: int, says: str) -> None:
    (line,) = warnings(f"buslens: 1\nevents:\n  a:\n    sample:\n      z: {value}\n")
    assert line.startswith(f"s.yaml:5:{column + 2}: ")
    assert says in line
    assert "quotes" in line


@pytest.mark.parametrize(
    "value", ["'01234'", '"yes"', "12:30", "2026-11-28", "99.50", "-5", "0", "0.5", "a  # b", "true", "# b", "x#5"]
)
def test_a_value_that_is_what_it_looks_like(value: str) -> None:
    assert warnings(f"buslens: 1\nevents:\n  a:\n    sample: {value}\n") == []


def test_what_json_schema_passes_over() -> None:
    text = "buslens: 1\nevents:\n  a:\n    schema: {requird: [x], properties: {requird: {format: iri}}, x-team: shop}\n"
    assert warnings(text) == [
        "s.yaml:4:23: JSON Schema has no keyword requird, and nothing is checked by it (did you mean required?)",
        "s.yaml:4:59: payloads are not checked for the format iri (did you mean uri?)",
    ]


def test_options_that_an_engine_lacks_and_calls_that_always_fail() -> None:
    text = (
        HEAD.replace("sqlite", "pyee") + "handlers:\n  h:\n    on: a\n    ack: before\n    do: [{emit: b, with: 5}]\n"
    )
    said = warnings(text)
    assert said[0].startswith("s.yaml:11:10: the engine pyee passes over ack")
    assert said[1].startswith("s.yaml:12:26: every call fails here, for b takes no such payload")
    assert "below are never done" in warnings(HEAD + "script: [{wait: forever}, {emit: a}]\n")[0]


@pytest.mark.parametrize(
    ("engine", "wrong", "says"),
    [
        ("rabbitmq", "restarts", "no broker restarts: nothing happens here (rabbitmq-model can do it)"),
        ("kafka", "unreachable", "no broker can be unreachable: nothing happens here (kafka-model can do it)"),
        ("sqlite", "unreachable", "no broker can be unreachable: nothing happens here"),
        ("rabbitmq", "unreachable", None),
        ("sqlite", "full", None),
        ("kafka-model", "restarts", None),
    ],
)
def test_a_fault_that_an_engine_cannot_do(engine: str, wrong: str, says: str | None) -> None:
    said = warnings(f"buslens: 1\nengine: {engine}\nevents: {{a: {{}}}}\nfaults: [{{broker: {wrong}}}]\n")
    assert said == ([f"s.yaml:4:19: on the engine {engine} {says}"] if says else [])


def test_a_wrong_clock_that_has_nothing_to_decide() -> None:
    text = (
        "buslens: 1\nevents: {a: {ttl: 1s}, b: {}}\nhandlers: {h: {on: 'a*'}, g: {on: b}}\nfaults: [{clock: [h, g]}]\n"
    )
    (said,) = warnings(text)
    assert said.startswith("s.yaml:4:18: no event that g hears has a ttl: its clock decides nothing")


def test_docs_and_check_agree_on_what_a_name_may_hold() -> None:
    text = DOCS.read_text(encoding="utf-8")
    good, bad = re.search(r"Names: (.*?)\. No\nnames: (.*?)\.\n\n", text, re.DOTALL).groups()  # type: ignore[union-attr]
    for name in re.findall("`([^`]+)`", good):
        assert check_event(name) == check_name(name) == name
    for name in re.findall("`([^`]+)`", bad):
        with pytest.raises(ValueError, match="expected"):
            check_event(name)
        with pytest.raises(ValueError, match="expected"):
            check_name(name)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("{t: $5 paid}", "9:26", "paid cannot stand behind 5; a text that begins with $ is an expression: write $$"),
        ("{t: '$5 paid'}", "9:27", "paid cannot stand behind 5"),
        ("{t: 'total ${count +}'}", "9:38", "something is missing behind +"),
        ("{t: $count = 1}", "9:30", "write == for ="),
        ("{t: $not count}", "9:28", "write ! for not"),
        ("{t: $price (EUR}", "9:33", "the bracket ) is missing"),
    ],
)
def test_the_parsers_words_become_a_persons(text: str, place: str, says: str) -> None:
    (line,) = refused(f"{HEAD}script:\n- {{emit: a, with: {text}}}\n")
    assert says in line
    assert "input" not in line
    assert line.startswith(f"s.yaml:{place}: ")


def test_an_offset_that_no_queue_has_and_steps_of_one_name_are_told() -> None:
    text = """\
buslens: 1
engine: ENGINE
events: {a: {}}
handlers:
  h:
    on: a
    from: 40
    do:
      - {step: book, do: [{log: one}]}
      - {step: book, do: [{log: two}]}
"""
    told = [str(each) for each in scenario.loads(text.replace("ENGINE", "rabbitmq"), "f.yaml").examined().warnings]
    assert told == [
        "f.yaml:7:11: the engine rabbitmq passes over from: 40, for its queues have no offsets "
        "(it heeds a time of the run, such as 2s, and now)",
        "f.yaml:10:16: another step of this saga is called book (what is done and undone is told by these names)",
    ]
    assert len(scenario.loads(text.replace("ENGINE", "kafka")).examined().warnings) == 1
    assert len(scenario.loads(text.replace("ENGINE", "rabbitmq").replace("40", "2s")).examined().warnings) == 1


@pytest.mark.parametrize(("said", "told"), [("2", "expected a time such as 20ms, 1.5s or 2min"), ("0s", "above 0")])
def test_how_long_an_event_lives_is_a_time_above_0(said: str, told: str) -> None:
    with pytest.raises(UserErrors, match=told):
        scenario.loads(f"buslens: 1\nevents: {{a: {{ttl: {said}}}}}\n")
