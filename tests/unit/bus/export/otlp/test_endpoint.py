"""Where spans go: what a person types, and OpenTelemetry's standard variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.export.otlp.endpoint import OtlpEndpoint


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("http://localhost:4318", "http://localhost:4318/v1/traces"),
        ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
        ("http://localhost:4318/v1/traces", "http://localhost:4318/v1/traces"),
        ("https://traces.example", "https://traces.example:443/v1/traces"),
        ("http://traces.example/otlp", "http://traces.example:80/otlp/v1/traces"),
        ("http://[::1]:4318", "http://[::1]:4318/v1/traces"),
    ],
)
def test_an_address_may_be_short(url: str, whole: str) -> None:
    assert str(OtlpEndpoint.of(url, {})) == whole


@pytest.mark.parametrize(
    "url",
    [
        "localhost:4318", "file:///etc/passwd", "ftp://a", "http://", "http://a:99999", "http://a:x", "//a", "http://a/\n",
        "http://a b", "http://a/?x=1", "http://a/#x", "http://[::1", "http://käse", "http://a:0",
    ],
)  # fmt: skip
def test_only_an_http_address_is_one(url: str) -> None:
    with pytest.raises(UserError, match="address"):
        OtlpEndpoint.of(url, {})


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(UserError) as said:
        OtlpEndpoint.of("http://me:s3cret@a:4318", {})
    assert "s3cret" not in str(said.value)
    assert "OTEL_EXPORTER_OTLP_HEADERS" in str(said.value)


def test_without_an_address_the_environment_says_it() -> None:
    base = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a:1/x"}
    assert str(OtlpEndpoint.of("", base)) == "http://a:1/x/v1/traces"
    whole = {**base, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b:2/spans"}
    assert str(OtlpEndpoint.of("", whole)) == "http://b:2/spans"
    with pytest.raises(UserError, match="not said where"):
        OtlpEndpoint.of("", {})


def test_the_standard_variables_count_those_for_traces_first() -> None:
    said = {
        "OTEL_EXPORTER_OTLP_HEADERS": "x=1",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "api-key=a%20b, tenant=7",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
        "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
    }
    endpoint = OtlpEndpoint.of("http://a", said)
    assert endpoint.headers == {"api-key": "a b", "tenant": "7"}
    assert (endpoint.timeout_s, endpoint.compresses) == (2.5, False)
    assert OtlpEndpoint.of("http://a", {}).compresses
    assert "api-key" not in repr(endpoint)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEADERS", "s3cret"),
        ("HEADERS", "a=s3cret%0d%0aHost: b"),
        ("HEADERS", "a b=s3cret"),
        ("HEADERS", "Content-Type=s3cret"),
        ("TIMEOUT", "soon"),
        ("TIMEOUT", "0"),
        ("TIMEOUT", "1" * 30),
        ("COMPRESSION", "zip"),
    ],
)
def test_a_variable_that_makes_no_sense_is_said_by_its_name_without_secrets(name: str, value: str) -> None:
    with pytest.raises(UserError) as said:
        OtlpEndpoint.of("http://a", {f"OTEL_EXPORTER_OTLP_{name}": value})
    assert f"OTEL_EXPORTER_OTLP_{name}" in str(said.value)
    assert "s3cret" not in str(said.value)


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "none.pem"
    endpoint = OtlpEndpoint.of("https://a", {"OTEL_EXPORTER_OTLP_CERTIFICATE": str(path)})
    with pytest.raises(UserError, match=r"none\.pem"):
        endpoint.tls()
    assert OtlpEndpoint.of("http://a", {"OTEL_EXPORTER_OTLP_CERTIFICATE": str(path)}).tls() is None
