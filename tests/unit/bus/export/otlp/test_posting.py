"""One request: what a receiver's answers mean."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from bus.export.otlp.endpoint import OtlpEndpoint
from bus.export.otlp.posting import AGAIN, NotTakenError, OtlpConnection, Taken, TryAgainError
from tests.helpers.collector import Collector, collecting
from tests.helpers.make_trace import make_trace
from tests.helpers.otlp import exported, spans_of
from tests.helpers.ports import free_port


@pytest.fixture
def body(tmp_path: Path) -> bytes:
    """A request of some spans."""
    return exported(make_trace(3), tmp_path).SerializeToString()


def connection(collector: Collector, **environment: str) -> OtlpConnection:
    said = {f"OTEL_EXPORTER_OTLP_{name}": value for name, value in environment.items()}
    return OtlpConnection(OtlpEndpoint.of(collector.url, said))


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_a_receiver_gets_the_spans_and_the_headers(
    collector: Collector, body: bytes, tmp_path: Path, compression: str
) -> None:
    to = connection(collector, COMPRESSION=compression, HEADERS="api-key=k%201")
    assert [to.post(body), to.post(body)] == [Taken(), Taken()]
    to.close()
    path, headers = collector.requests[0]
    assert (path, headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
    assert (headers.get("content-encoding"), headers["api-key"]) == ("gzip" if compression == "gzip" else None, "k 1")
    assert len(collector.spans) == 2 * len(spans_of(exported(make_trace(3), tmp_path)))


def test_what_it_did_not_want_is_known(collector: Collector, body: bytes) -> None:
    collector.will_refuse(3, "too old\x1b")
    to = connection(collector)
    assert to.post(body) == Taken(3, "too old\\x1b")
    to.close()


def test_an_answer_that_is_no_protobuf_is_still_a_yes(collector: Collector, body: bytes) -> None:
    collector.will_answer(200, b'{"partialSuccess":{}}')
    to = connection(collector)
    assert to.post(body) == Taken()
    to.close()


@pytest.mark.parametrize("status", AGAIN)
def test_a_busy_receiver_is_asked_again_when_it_says(collector: Collector, body: bytes, status: int) -> None:
    collector.will_answer(status, Retry_After="7")
    to = connection(collector)
    with pytest.raises(TryAgainError, match=str(status)) as said:
        to.post(body)
    assert said.value.pause_s == 7
    assert to.post(body) == Taken()
    to.close()


@pytest.mark.parametrize("status", [301, 400, 401, 404, 500])
def test_any_other_answer_is_final_and_no_redirect_is_followed(collector: Collector, body: bytes, status: int) -> None:
    collector.will_answer(status, b"no", Location="http://127.0.0.1:1/elsewhere")
    to = connection(collector)
    with pytest.raises(NotTakenError, match=f"it answers {status}"):
        to.post(body)
    to.close()
    assert len(collector.requests) == 1


def test_nobody_there_is_worth_another_try(body: bytes) -> None:
    to = OtlpConnection(OtlpEndpoint.of(f"http://127.0.0.1:{free_port()}", {}))
    with pytest.raises(TryAgainError, match="nobody listens there"):
        to.post(body)


def test_a_receiver_that_hangs_does_not_hold_up_for_ever(collector: Collector, body: bytes) -> None:
    collector.gate.clear()
    to = connection(collector, TIMEOUT="50")
    with pytest.raises(TryAgainError, match="it does not answer"):
        to.post(body)


def test_tls_is_checked_against_the_certificate_that_is_given(body: bytes, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trusted)
    with collecting(context) as collector:
        to = connection(collector, CERTIFICATE=str(trusted))
        assert to.post(body) == Taken()
        to.close()
        with pytest.raises(NotTakenError, match="not trusted"):
            connection(collector).post(body)
