"""Where Celery's calls and answers go: a Redis where one is set, else the RabbitMQ of the engine."""

from __future__ import annotations

from bus.connections import BrokerKind
from bus.engines.rabbitmq import RABBITMQ

REDIS = BrokerKind(
    id="redis",
    title="Redis, for Celery",
    scheme="redis",
    secure_scheme="rediss",
    port=6379,
    secure_port=6379,
    variable="BUSLENS_CELERY_URL",
    password_variable="BUSLENS_CELERY_PASSWORD",  # noqa: S106  # the name of a variable
    space="database",
    default_space="0",
    ca_option="ssl_ca_certs",
    certificate_option="ssl_certfile",
    key_option="ssl_keyfile",
    tls_options=(("ssl_cert_reqs", "required"),),
    space_is_number=True,
    also=(RABBITMQ,),
    otherwise=RABBITMQ,
)
