"""Parameters of a scenario: values that a file says in one place, and a command line says otherwise."""

from __future__ import annotations

import pytest

from bus.errors import UserError, UserErrors
from bus.scenario import loads, parameters

TEXT = """buslens: 1
parameters: {rate: 50/s, few: 2, big: 100, on: true}
events: {a: {}}
handlers:
  h:
    on: a
    concurrency: <few>
    when: event.payload.n > <big> && <on>
    do: [{log: "<few> of <many>"}, {python: "x = '<few>'"}]
script: [{emit: a, with: {n: <few>, t: "${count} <few>"}, rate: poisson <rate>, times: <few>}]
"""


def test_a_text_that_is_nothing_else_becomes_the_value_and_a_longer_one_has_it_written_out() -> None:
    scenario = loads(TEXT, "p.yaml").scenario
    handler, emit = scenario.handlers["h"], scenario.script[0]
    assert handler.concurrency == 2
    assert handler.when == "event.payload.n > 100 && true"
    assert handler.do[0].log == "2 of <many>"
    assert handler.do[1].python == "x = '<few>'"
    assert (emit.rate, emit.times, emit.with_) == ("poisson 50/s", 2, {"n": 2, "t": "${count} 2"})


def test_other_values_are_read_as_those_of_the_file() -> None:
    document = loads(TEXT, "p.yaml")
    document.set_parameters({"rate": "9/s", "few": "3", "on": "false"})
    assert document.scenario.parameters == {"rate": "9/s", "few": 3, "big": 100, "on": False}
    assert document.scenario.handlers["h"].concurrency == 3
    assert "concurrency: <few>" in document.text


@pytest.mark.parametrize(
    ("said", "told"),
    [({"few": "many"}, "few is 'many'"), ({"on": "1"}, "on is '1'"), ({"rat": "1"}, "no parameter rat")],
)
def test_what_cannot_be_a_value_is_said(said: dict[str, str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        loads(TEXT, "p.yaml").set_parameters(said)


def test_a_value_that_does_not_fit_is_told_where_it_is_used() -> None:
    document = loads(TEXT, "p.yaml")
    with pytest.raises(UserErrors, match=r"p\.yaml:7:18: expected at least 1"):
        document.set_parameters({"few": "0"})


def test_values_are_not_read_again_and_texts_stay_bounded() -> None:
    hostile = "buslens: 1\nparameters: {a: '<b><b>', b: '<a><a>'}\nname: <a>\n"
    assert loads(hostile, "p.yaml").scenario.name == "<b><b>"
    many = f"buslens: 1\nparameters: {{a: '{'x' * 1000}'}}\ndescription: '{'<a>' * 50}'\n"
    with pytest.raises(UserErrors, match=r"p\.yaml:2:13: expected at most 10000 characters"):
        loads(many, "p.yaml")


def test_a_run_for_each_combination() -> None:
    found = list(parameters.runs(["a=1,2", "b=x,y"]))
    assert found == [{"a": "1", "b": "x"}, {"a": "1", "b": "y"}, {"a": "2", "b": "x"}, {"a": "2", "b": "y"}]
    assert list(parameters.runs([])) == [{}]
    for wrong in ("a", "=1", "a="):
        with pytest.raises(UserError, match="--set"):
            parameters.runs([wrong])
    with pytest.raises(UserError, match="10000 runs"):
        parameters.runs([f"{name}={','.join(map(str, range(100)))}" for name in "ab"])


def test_a_parameter_that_is_said_twice_is_refused_and_told_how_to_have_both() -> None:
    with pytest.raises(UserError, match=r"--set says a twice \(one run for each value: --set a=1,2,3\)"):
        parameters.runs(["a=1,2", "b=1", "a=3"])
