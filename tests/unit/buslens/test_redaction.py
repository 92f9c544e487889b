"""A secret is replaced wherever it stands, by a mark that says only whether two are equal; nothing else is."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buslens import redaction as redaction_rules
from buslens.redaction import KEYS, OFF, Redaction

CARD = "4111111111111111"


@pytest.fixture
def redaction() -> Redaction:
    return Redaction()


@pytest.mark.parametrize(
    "key",
    [
        *("password", "PASSWORD", "userPassword", "passwd", "token", "access_token", "X-Auth-Token", "Authorization"),
        *(
            "secret",
            "client_secret",
            "Cookie",
            "Set-Cookie",
            "api_key",
            "API-KEY",
            "apiKey",
            "pwd",
            "cvv",
            "ssn",
            "auth",
        ),
        *("private_key", "credentials", "sessionId", "jwt", "card_number"),
        *("ssn", "auth"),
    ],
)
@pytest.mark.parametrize("value", ["hunter2", 1234, 1.5, ["a", "b"], {"inner": {"deep": "x"}}, b"raw".decode()])
def test_what_a_field_of_such_a_name_has_is_never_shown(redaction: Redaction, key: str, value: object) -> None:
    shown = redaction.payload({"user": {key: value, "name": "ada"}})
    assert shown["user"]["name"] == "ada"
    assert shown["user"][key].startswith("<redacted ")
    assert json.dumps(value).strip('"') not in json.dumps(shown)


@pytest.mark.parametrize(
    "key", ["passenger", "keyboard", "max_tokens", "token_count", "author", "compass", "pint", "id"]
)
def test_names_that_only_look_alike_are_harmless(redaction: Redaction, key: str) -> None:
    assert redaction.payload({key: 7}) == {key: 7}


@pytest.mark.parametrize("nothing", [None, "", True, False])
def test_nothing_is_no_secret(redaction: Redaction, nothing: object) -> None:
    assert redaction.payload({"password": nothing}) == {"password": nothing}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"paid with {CARD}.", CARD),
        ("paid with 4111 1111 1111 1111 12/30", "4111 1111 1111 1111"),
        ("5555-5555-5555-4444", "5555-5555-5555-4444"),
        ("amex 378282246310005", "378282246310005"),
        ("Bearer abcdef0123456789", "abcdef0123456789"),
        ("curl -H 'authorization: Basic dXNlcjpwYXNz'", "dXNlcjpwYXNz"),
        ("amqp://guest:s3cr3t@localhost:5672/", "s3cr3t"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "eyJzdWIiOiIxIn0"),
        ("key AKIAIOSFODNN7EXAMPLE is used", "AKIAIOSFODNN7EXAMPLE"),
        ("sk_live_" + "x" * 20, "x" * 20),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----", "MIIEabc"),
        ("login failed: password=hunter2, user=ada", "hunter2"),
        ('{"api_key": "0123-4567"}', "0123-4567"),
        ("Set-Cookie: a=first; b=second", "second"),
    ],
)
def test_what_looks_like_a_secret_is_replaced_in_any_text(redaction: Redaction, text: str, secret: str) -> None:
    assert secret not in redaction.text(text)
    assert "<redacted " in redaction.text(text)
    assert secret not in json.dumps(redaction.payload({"deep": [text]}))


@pytest.mark.parametrize(
    "text",
    [
        *("order 1234567890123456 is paid", "1732881600000000000", "4111111111111112", "some words of a payload"),
        *(
            "14111111111111111",
            "http://localhost:8080/a@b",
            "a: b = c",
            "tokens used: none",
            "2026-11-29T10:15:00.123456",
        ),
    ],
)
def test_what_only_looks_alike_is_left_as_it_is(redaction: Redaction, text: str) -> None:
    assert redaction.text(text) == text


def test_a_number_that_is_a_card_is_replaced_and_a_time_is_not(redaction: Redaction) -> None:
    shown = redaction.payload([int(CARD), 1_732_881_600_123, 1_732_881_600_123_456_789, -5, 2.5])
    assert shown[0].startswith("<redacted ")
    assert shown[1:] == [1_732_881_600_123, 1_732_881_600_123_456_789, -5, 2.5]


def test_equal_secrets_have_equal_marks_and_another_process_has_others(redaction: Redaction) -> None:
    shown = redaction.payload(
        {"token": "abc", "old": {"token": "abc"}, "new": {"token": "abd"}, "text": "token=abc ......"}
    )
    assert shown["token"] == shown["old"]["token"] != shown["new"]["token"]
    assert shown["token"] in shown["text"]
    assert shown["token"] != Redaction().payload({"token": "abc"})["token"]


def test_a_payload_is_not_changed_but_copied(redaction: Redaction) -> None:
    payload = {"password": "x", "list": [{"token": "y"}]}
    redaction.payload(payload)
    assert payload == {"password": "x", "list": [{"token": "y"}]}


def test_fields_can_be_added_and_payloads_reduced_to_their_fields() -> None:
    assert Redaction(more_keys=["Kontonummer"]).payload({"kontoNummer": "12"})["kontoNummer"] != "12"
    keys = Redaction(KEYS).payload({"id": 7, "deep": [{"name": "ada"}, None, 1.5]})
    assert keys == {"id": "<int>", "deep": [{"name": "<str>"}, None, "<float>"]}
    assert Redaction(OFF).payloads == OFF
    with pytest.raises(ValueError, match="full, keys or off"):
        Redaction("some")


def test_what_is_in_a_hurry_knows_which_names_are_harmless(redaction: Redaction) -> None:
    redaction.payload({"id": 1, "password": "x", "a=b or c or d": 2})
    assert redaction.harmless == {"id": '"id":'}
    for number in range(5000):
        redaction.is_secret(f"key{number}")
    assert len(redaction.harmless) <= 4096


def test_a_long_text_does_not_take_long(redaction: Redaction) -> None:
    text = "password " * 1500 + "4 " * 2000 + "a" * 3000 + "://" * 500 + ":" * 100
    assert len(redaction.text(text)) > 0


PIECES = (
    *("Bearer ", "bAsIc ", "://", "eyJ", "AKIA", "sk_", "gho_", "github_pat_", "xoxb-", "Cookie", "AUTHORIZATION"),
    *(
        "-----BEGIN PRIVATE KEY-----",
        "passWord",
        "ſecret",
        "toKen",
        "api_key",
        "apıkey",
        ": ",
        "=",
        "@",
        '"',
        "\\",
        " ",
    ),
    *("A1B2C3D4E5F6G7H8", "abcdefghijklmnopqrstuvwxyz", ".", "ü"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_pattern_is_passed_over_that_finds_something(text: str) -> None:
    passed = {pattern for _, pattern in redaction_rules._PATTERNS} - set(redaction_rules._patterns_for(text))
    assert [pattern for pattern in passed if re.search(pattern, text)] == []
