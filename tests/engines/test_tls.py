"""TLS with real brokers and certificates of a private authority: runs that succeed, and what is said where it fails."""

from __future__ import annotations

import gc
import socket
import subprocess
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bus.brokers import KINDS, reach, reach_as
from bus.connections import BrokerKind, Connection, file
from bus.connections.tls import what_is_wrong
from bus.engines.kafka import KAFKA
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.session import Session
from bus.settings import Settings
from bus.workers import celery_app
from bus.workers.celery_broker import REDIS
from tests.helpers import tls
from tests.helpers.celery_workers import Worker
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.ports import free_port
from tests.helpers.program import Program
from tests.helpers.proxy import Proxy
from tests.helpers.rabbit import servers

SCENARIO = "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{log: done}]}}\nscript: [{emit: a, times: 3}]\n"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    say_nothing(monkeypatch)


def say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address in the environment."""
    for kind in KINDS.values():
        for name in (kind.variable, kind.password_variable, kind.passphrase_variable):
            monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module", autouse=True)
def sockets_say_where_they_were_opened() -> Iterator[None]:
    """One that is left open fails the test in which it is collected, which need not be the one that opened it."""
    tracemalloc.start(20)
    yield
    tracemalloc.stop()


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory, certificates: tls.Certificates) -> Iterator[Any]:
    kind = servers().Redis
    if not kind.program():
        pytest.skip("Redis is not installed: python3 dev.py brokers up")
    server = tls.redis_with(kind, certificates)(tmp_path_factory.mktemp("redis"), free_port(1))
    server.up()
    yield server
    server.kill()


def told(server: Any, *settings: str) -> None:
    """Change settings of a Redis while it runs."""
    command = ("redis-cli", "-p", str(server.port), "config", "set", *settings)
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "OK"


@pytest.fixture(params=[RABBITMQ, KAFKA, REDIS], ids=lambda kind: kind.id)
def place(
    request: pytest.FixtureRequest, certificates: tls.Certificates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[BrokerKind, Connection]]:
    """A broker that wants a certificate of its clients, and all that it needs to be reached."""
    kind: BrokerKind = request.param
    server = request.getfixturevalue("redis_server" if kind is REDIS else kind.id)
    say_nothing(monkeypatch)  # a server that this test is the first to need has just said where it is
    if kind is REDIS:
        told(server, "tls-auth-clients", "yes")
    beside = tls.KAFKA_MUTUAL if kind is KAFKA else 1
    yield (
        kind,
        Connection(
            port=server.port + beside,
            tls=True,
            ca_file=certificates.authority,
            certificate_file=certificates.client,
            key_file=certificates.client_key,
        ),
    )
    if kind is REDIS:
        told(server, "tls-auth-clients", "optional")


def wrong(kind: BrokerKind, connection: Connection, **limits: float) -> str:
    with pytest.raises(UserError) as said:
        reach_as(kind, connection, "", **limits)
    assert tls.WORD not in str(said.value)
    assert "\n" not in str(said.value)
    return str(said.value)


def test_each_broker_is_reached_and_what_fails_is_one_sentence(
    place: tuple[BrokerKind, Connection], certificates: tls.Certificates
) -> None:
    kind, good = place
    assert " with TLS in " in reach_as(kind, good, "")
    assert "is signed by an authority that is not trusted" in wrong(kind, replace(good, ca_file=""))
    assert "not trusted" in wrong(kind, replace(good, ca_file=certificates.other_authority))
    assert "wants a client certificate" in wrong(kind, replace(good, certificate_file="", key_file=""))
    with Proxy(good.port, "127.0.0.2") as elsewhere:
        said = wrong(kind, replace(good, host="127.0.0.2", port=elsewhere.port))
        assert "is for another host, not for 127.0.0.2" in said


def test_a_port_without_tls_is_said(rabbitmq: Any, kafka: Any, redis_server: Any) -> None:
    for kind, server in ((RABBITMQ, rabbitmq), (KAFKA, kafka), (REDIS, redis_server)):
        limits = {"timeout_s": 0.5, "handshake_s": 0.5} if kind is REDIS else {}  # which says nothing at all
        assert "speaks no TLS" in wrong(kind, Connection(port=server.port, tls=True), **limits)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = what_is_wrong(REDIS, Connection(port=silent.getsockname()[1], tls=True), 0.1)
    assert "speaks no TLS, or is too busy: it has not answered for 0.1 s" in str(said)


def test_an_expired_certificate_is_said(redis_server: Any, certificates: tls.Certificates) -> None:
    files = ("tls-cert-file", certificates.expired, "tls-key-file", certificates.expired_key)
    told(redis_server, *files)
    try:
        said = wrong(REDIS, Connection(port=redis_server.port + 1, tls=True, ca_file=certificates.authority))
        assert "has expired" in said
    finally:
        told(redis_server, "tls-cert-file", certificates.server, "tls-key-file", certificates.server_key)


def test_a_locked_key_is_opened_by_the_environment_or_refused(
    place: tuple[BrokerKind, Connection], certificates: tls.Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, good = place
    locked = replace(good, key_file=certificates.locked_key)
    assert wrong(kind, locked) == f"the key {locked.key_file} has a passphrase (set {kind.passphrase_variable})"
    monkeypatch.setenv(kind.passphrase_variable, "no" + tls.WORD)
    assert "does not open the key" in wrong(kind, locked)
    monkeypatch.setenv(kind.passphrase_variable, tls.WORD)
    assert reach_as(kind, locked, "").startswith("reached: ")
    if kind is RABBITMQ:
        with pytest.raises(UserError, match="cannot open a key with a passphrase"):
            celery_app.application(locked.url(kind))


def test_a_switch_that_checks_nothing_is_refused() -> None:
    for kind, url in (
        (RABBITMQ, "amqps://127.0.0.1/?no_verify_ssl=1"),
        (REDIS, "rediss://127.0.0.1/0?ssl_cert_reqs=none"),
        (REDIS, "rediss://127.0.0.1/0?ssl_check_hostname=False"),
    ):
        with pytest.raises(UserError, match="would leave certificates unchecked"):
            reach(kind, url)


def test_files_that_are_not_what_they_should_be_are_named(tmp_path: Path, certificates: tls.Certificates) -> None:
    no_file = tmp_path / "none.pem"
    good = Connection(tls=True, certificate_file=certificates.client, key_file=certificates.client_key)
    assert f"there is no file {no_file}" in wrong(RABBITMQ, replace(good, key_file=str(no_file)))
    other_key = replace(good, key_file=certificates.server_key)
    assert f"{other_key.key_file} is not a key of the certificate" in wrong(KAFKA, other_key)
    no_file.write_text("nothing")
    assert f"{no_file} holds no certificates" in wrong(REDIS, replace(good, ca_file=str(no_file)))
    with pytest.raises(UserError, match="a key without its certificate"):
        replace(good, certificate_file="").check(RABBITMQ)


def finished(session: Session, path: Path, engine: str) -> list[str]:
    """Run a scenario to its end; what its handlers logged."""
    session.open_scenario(path)
    session.start(engine=engine, speed=1.0)
    assert session.wait(PATIENCE_S)
    assert session.engine_state.phase == "finished", session.engine_state
    return [session.trace.marks.text(row) for row in range(len(session.trace.marks))]


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session(Settings(), trusted=bool)
    yield made
    made.close()


@pytest.mark.parametrize("place", [RABBITMQ, KAFKA], indirect=True, ids=lambda kind: kind.id)
def test_a_run_with_tls_that_is_set_under_connections(
    place: tuple[BrokerKind, Connection],
    certificates: tls.Certificates,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind, good = place
    file.write({kind.id: replace(good, key_file=certificates.locked_key)})
    monkeypatch.setenv(kind.passphrase_variable, tls.WORD)
    path = tmp_path / "a.yaml"
    path.write_text(SCENARIO)
    assert finished(session, path, kind.id).count("done") == 3
    tested = Program(tmp_path)("connections", "--test")
    assert f"{kind.secure_scheme}://127.0.0.1:{good.port}/" in tested.out
    assert " with TLS in " in tested.out
    written = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    assert not [said for said in written if tls.WORD.encode() in said or b"PRIVATE KEY" in said]


def test_a_run_on_kafka_says_whom_it_does_not_trust(
    kafka: Any, certificates: tls.Certificates, session: Session, tmp_path: Path
) -> None:
    beside = kafka.port + tls.KAFKA_TLS
    file.write({KAFKA.id: Connection(port=beside, tls=True, ca_file=certificates.other_authority)})
    path = tmp_path / "a.yaml"
    path.write_text(SCENARIO)
    session.open_scenario(path)
    session.start(engine="kafka")
    assert session.wait(PATIENCE_S)
    assert session.engine_state.phase == "failed"
    assert "is signed by an authority that is not trusted" in session.engine_state.message


def connections_to(port: int) -> list[socket.socket]:
    """Those of this process that nobody has closed."""
    open_ones = [each for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() != -1]
    return [each for each in open_ones if each.family == socket.AF_INET and each.getpeername()[1] == port]


@pytest.mark.parametrize("place", [RABBITMQ, REDIS], indirect=True, ids=lambda kind: kind.id)
def test_celery_and_its_worker_with_tls_and_without_trust(
    place: tuple[BrokerKind, Connection], certificates: tls.Certificates, session: Session, tmp_path: Path
) -> None:
    pytest.importorskip("celery")
    kind, good = place
    path = tmp_path / "a.yaml"
    path.write_text(SCENARIO.replace("{on: a,", "{on: a, worker: celery,"))
    file.write({kind.id: replace(good, ca_file=certificates.other_authority)})
    refused = Program(tmp_path)("worker", path).complaint
    assert "is signed by an authority that is not trusted" in refused
    with Proxy(good.port, "127.0.0.2") as elsewhere:
        file.write({kind.id: replace(good, host="127.0.0.2", port=elsewhere.port)})
        assert "is for another host, not for 127.0.0.2" in Program(tmp_path)("worker", path).complaint
    file.write({kind.id: good})
    worker = Worker(path, tmp_path / "worker.log")
    try:
        wait_until(lambda: worker.is_ready, worker.log.read_text)
        assert finished(session, path, "pyee").count("done") == 3
        session.close()
        assert not connections_to(good.port)
    finally:
        worker.kill()


def test_celery_goes_to_our_broker_whatever_another_projects_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("celery")
    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://elsewhere.example/")
    app = celery_app.application("amqp://guest:guest@127.0.0.1:5999/")
    for connection in (app.connection_for_read(), app.connection_for_write()):
        assert (connection.hostname, connection.port) == ("127.0.0.1", 5999)
    app.close()
