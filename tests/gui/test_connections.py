"""The Connections window: says where a broker is and what is wrong with it, and keeps what is set."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog

from bus import brokers as reaching
from bus import connections
from bus.brokers import KINDS
from bus.connections import Connection, file, secrets
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError
from bus.workers.celery_broker import REDIS
from tests.helpers.ring import Ring
from ui.connections.page import ConnectionPage
from ui.connections.sheet import ConnectionsSheet

PATIENCE_MS = 60_000
WORD = "sesame7"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS.values():
        monkeypatch.delenv(kind.variable, raising=False)
        monkeypatch.delenv(kind.password_variable, raising=False)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Ring:
    ring = Ring()
    monkeypatch.setattr(secrets, "_keyring", lambda: ring)
    return ring


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were tried; a host named `gone` refuses."""
    tried: list[str] = []

    def reach(url: str, _timeout_s: float) -> str:
        tried.append(url)
        if "gone" in url:
            raise UserError("there is no RabbitMQ at amqp://gone:5672/: the connection was refused", hint="start one")
        return "RabbitMQ 3.10.8"

    monkeypatch.setitem(reaching.CHECKS, "rabbitmq", reach)
    return tried


def sheet_of(window: Any, qtbot: Any) -> ConnectionsSheet:
    window.wiring.actions.run("connections.show")
    (sheet,) = [
        each for each in QApplication.topLevelWidgets() if isinstance(each, ConnectionsSheet) and each.isVisible()
    ]
    qtbot.waitUntil(lambda: not sheet.about_passwords.text().endswith("…"), timeout=PATIENCE_MS)
    return sheet


def rabbit_of(sheet: ConnectionsSheet) -> ConnectionPage:
    return sheet.pages["rabbitmq"]


def done(page: ConnectionPage, qtbot: Any) -> str:
    qtbot.waitUntil(page.test.isEnabled, timeout=PATIENCE_MS)
    return page.says.text()


def test_where_nothing_is_set_each_page_says_what_is_used(window: Any, qtbot: Any) -> None:
    pages = sheet_of(window, qtbot).pages
    said = {kind.id: pages[kind.id].origin.text() for kind in KINDS.values()}
    assert said["rabbitmq"] == "Nothing is set: it is looked for on loopback."
    assert said[REDIS.id] == "Nothing is set: the address of RabbitMQ is used."


def test_test_says_what_is_there_or_what_is_wrong(window: Any, qtbot: Any, ring: Ring, reached: list[str]) -> None:
    sheet = sheet_of(window, qtbot)
    page = rabbit_of(sheet)
    page.test.click()
    assert page.says.text() == "Trying…"
    assert not page.test.isEnabled()
    said = done(page, qtbot)
    assert said.startswith("Reached: RabbitMQ 3.10.8 in ")
    assert said.endswith(" ms.")
    page.form.host.setText("gone")
    page.form.password.setText(WORD)
    page.test.click()
    assert done(page, qtbot).startswith("There is no RabbitMQ at amqp://gone:5672/: the connection was refused")
    assert reached == ["amqp://guest:guest@127.0.0.1:5672/", f"amqp://guest:{WORD}@gone:5672/"]
    assert not file.path().exists(), "a test saves nothing"
    sheet.close()


def test_what_is_saved_counts_and_its_password_is_in_the_keyring_alone(
    window: Any, qtbot: Any, ring: Ring, tmp_path: Path
) -> None:
    sheet = sheet_of(window, qtbot)
    assert sheet.about_passwords.text().startswith("Passwords are kept in the system keyring")
    page = rabbit_of(sheet)
    assert not page.save.isEnabled()
    page.form.host.setText("broker.example")
    page.form.user.setText("me")
    page.form.tls.setChecked(True)
    page.form.password.setText(WORD)
    page.save.click()
    assert done(page, qtbot) == "Saved: it counts from the next run on."
    assert page.form.password.text() == ""
    assert page.form.password.placeholderText() == "kept in the system keyring"
    assert connections.address(RABBITMQ) == f"amqps://me:{WORD}@broker.example:5671/"
    sheet.close()
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.path() in written
    assert not [path for path in written if WORD in path.read_bytes().decode(errors="replace")]
    again = rabbit_of(sheet_of(window, qtbot))
    again.default.click()
    assert done(again, qtbot) == "Forgotten."
    assert (file.read(), ring.kept) == ({}, {})


def test_another_host_is_never_sent_the_kept_password(window: Any, qtbot: Any, ring: Ring, reached: list[str]) -> None:
    kept = Connection("broker.example", user="me", in_keyring=True)
    secrets.keep(RABBITMQ, kept, WORD)
    file.write({"rabbitmq": kept})
    page = rabbit_of(sheet_of(window, qtbot))
    page.test.click()
    done(page, qtbot)
    page.form.host.setText("other.example")
    page.test.click()
    done(page, qtbot)
    assert reached == [f"amqp://me:{WORD}@broker.example:5672/", "amqp://me:@other.example:5672/"]
    page.save.click()
    assert done(page, qtbot).startswith("Saved")
    assert ring.kept == {}


def test_the_environment_is_shown_and_wins(
    window: Any, qtbot: Any, ring: Ring, reached: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(RABBITMQ.variable, f"amqp://me:{WORD}@said.example/orders")
    page = rabbit_of(sheet_of(window, qtbot))
    assert page.origin.text() == (
        "BUSLENS_RABBITMQ_URL says amqp://said.example:5672/orders: it counts, whatever is set here."
    )
    assert not page.form.isEnabled()
    assert not page.save.isEnabled()
    page.test.click()
    done(page, qtbot)
    assert reached == [f"amqp://me:{WORD}@said.example/orders"]


def test_without_a_keyring_it_says_what_is_left(window: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("keyring")

    monkeypatch.setattr(secrets, "_keyring", missing)
    sheet = sheet_of(window, qtbot)
    assert sheet.about_passwords.text() == (
        "Passwords cannot be kept: the library keyring is not installed (pip install keyring). "
        "Set the environment variable BUSLENS_RABBITMQ_PASSWORD instead."
    )
    page = rabbit_of(sheet)
    page.form.user.setText("me")
    page.form.password.setText(WORD)
    page.save.click()
    assert done(page, qtbot).endswith("(set BUSLENS_RABBITMQ_PASSWORD instead).")
    assert not file.path().exists()


def test_a_broker_that_never_answers_is_given_up_and_the_next_test_does_not_wait(
    window: Any, qtbot: Any, ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    never, answers = threading.Event(), ["RabbitMQ 2"]

    def reach(_url: str, _timeout_s: float) -> str:
        if not answers:
            return "RabbitMQ 1"
        answers.pop()
        never.wait(60)
        return ""

    monkeypatch.setitem(reaching.CHECKS, "rabbitmq", reach)
    page = rabbit_of(sheet_of(window, qtbot))
    page.patience_ms = 50
    page.test.click()
    assert done(page, qtbot).startswith("No answer within")
    page.patience_ms = PATIENCE_MS
    page.test.click()
    assert done(page, qtbot).startswith("Reached: RabbitMQ 1")
    never.set()


def test_a_damaged_file_is_said(window: Any, qtbot: Any, ring: Ring) -> None:
    file.path().parent.mkdir(parents=True, exist_ok=True)
    file.path().write_text("{")
    page = rabbit_of(sheet_of(window, qtbot))
    assert "connections.json cannot be read" in page.origin.text()


def test_certificate_files_are_chosen_checked_and_kept(
    window: Any, qtbot: Any, ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [str(tmp_path / name) for name in ("ca.pem", "me.pem", "me.key")]
    for path in paths[:2]:
        Path(path).write_text("")
    page = rabbit_of(sheet_of(window, qtbot))
    fields = (page.form.ca_file, page.form.certificate_file, page.form.key_file)
    assert not any(field.isEnabled() for field in fields)
    page.form.tls.setChecked(True)
    for field, path in zip(fields, paths, strict=True):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, path=path: (path, ""))
        field.browse.click()
    assert [field.path for field in fields] == paths
    assert [field.missing.isVisible() for field in fields] == [False, False, True]
    assert "BUSLENS_RABBITMQ_KEY_PASSPHRASE" in page.form.key_file.text.toolTip()
    page.test.click()
    assert f"There is no file {paths[2]}" in done(page, qtbot)
    page.save.click()
    done(page, qtbot)
    kept = file.read()["rabbitmq"]
    assert [kept.ca_file, kept.certificate_file, kept.key_file] == paths
    page.form.certificate_file.show_path("")
    page.save.click()
    assert "a key without its certificate" in done(page, qtbot)
