"""An address and its parts are the same thing said twice; what can be no address is refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus import connections
from bus.connections import Connection, file
from bus.connections.model import bare, hint, leads_to_connections, meant, parsed
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.workers.celery_broker import REDIS


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (KAFKA, Connection("")),
        (KAFKA, Connection("a b")),
        (KAFKA, Connection("a/b")),
        (KAFKA, Connection("me@host")),
        (KAFKA, Connection("a", port=70_000)),
        (KAFKA, Connection("a", user="a\nb")),
        (REDIS, Connection("a", space="x")),
        (REDIS, Connection("a", ca_file="x" * 2000)),
    ],
)
def test_what_can_be_no_address_is_refused(kind: Any, wrong: Connection) -> None:
    file.write({kind.id: wrong})
    with pytest.raises(UserError):
        connections.address(kind)


@pytest.mark.parametrize("url", ["nothing", "http://a/", "amqp://a:b@h:0/", "amqp://u:sesame@h:port/", "amqp:///"])
def test_a_url_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UserError, match="is not an address of RabbitMQ") as said:
        connections.parsed(RABBITMQ, url)
    assert "sesame" not in str(said.value)


def test_addresses_of_version_6_and_tls_of_redis() -> None:
    assert Connection("::1").url(KAFKA) == "kafka://[::1]:9092/"
    assert connections.parsed(KAFKA, "kafka://[::1]:9092/") == (Connection("::1", 9092), "")
    secure = Connection("r.example", space="3", tls=True, ca_file="/ca").url(REDIS, "word")
    assert secure == "rediss://:word@r.example:6379/3?ssl_ca_certs=%2Fca&ssl_cert_reqs=required"


TEXT = some.text(some.characters(exclude_categories=["C", "Z"]), max_size=9)
CONNECTIONS = some.builds(
    Connection,
    host=some.from_regex(r"[a-z][a-z0-9.-]{0,20}", fullmatch=True) | some.just("::1"), port=some.integers(1, 65_535),
    space=some.text(some.sampled_from("ab/%é?#"), max_size=5), user=TEXT, tls=some.booleans(),
)  # fmt: skip


@given(CONNECTIONS, TEXT)
def test_every_address_parts_into_what_it_was_made_of(connection: Connection, password: str) -> None:
    connection = replace(connection, user=connection.user or "me")
    connection.check(RABBITMQ)
    space = "" if connection.space == RABBITMQ.default_space else connection.space
    assert parsed(RABBITMQ, connection.url(RABBITMQ, password)) == (replace(connection, space=space), password)


@given(CONNECTIONS)
def test_what_is_shown_of_it_does_not_say_who(connection: Connection) -> None:
    assert "@" not in connection.place(KAFKA)
    assert connection.place(KAFKA) == replace(connection, user="somebody").place(KAFKA)


@pytest.mark.parametrize("option", ["no_verify_ssl=1", "ssl_cert_reqs=none", "ssl_check_hostname=False"])
def test_an_address_that_would_leave_certificates_unchecked_is_refused(option: str) -> None:
    with pytest.raises(UserError, match="would leave certificates unchecked"):
        parsed(RABBITMQ, f"amqps://h/?{option}")
    assert parsed(RABBITMQ, f"amqp://h/?{option}")[0].host == "h"


def test_whose_address_it_is_and_what_to_do_where_nobody_answers() -> None:
    assert bare("redis://h/0?ssl_cert_reqs=required") == "redis://h/0"
    assert meant(RABBITMQ, "kafka://h/") is RABBITMQ
    assert hint(KAFKA, "kafka://localhost:9092/").startswith("start one on this machine, or say under Connections")
    assert hint(KAFKA, "kafka://h.example:9092/") == "say under Connections or in BUSLENS_KAFKA_URL where it is"
    assert leads_to_connections(hint(KAFKA, "kafka://h/"))
    assert not leads_to_connections("check the cable")
