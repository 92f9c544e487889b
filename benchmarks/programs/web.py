"""A small application of Flask or Django that sends ten signals of its own in each request: `web.py flask 1`.

The number says how many receivers each signal has. For each line on its standard input, a number, it answers so many
requests and prints the processor time that they took in nanoseconds. A third word `viztracer` traces them.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

SIGNALS = 10
ENVIRON = {
    "REQUEST_METHOD": "GET",
    "PATH_INFO": "/orders/7",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": "shop.example",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "wsgi.url_scheme": "http",
    "wsgi.input": io.BytesIO(),
    "wsgi.errors": sys.stderr,
}

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


def make_receiver() -> Callable[..., None]:
    def receive(sender: object, **named: object) -> None:
        pass

    return receive


def connect(signals: list[Any], receivers: int) -> None:
    for signal in signals:
        for _ in range(receivers):
            signal.connect(make_receiver(), weak=False)  # nobody else holds them


def flask_application(receivers: int) -> Application:
    from blinker import Namespace
    from flask import Flask

    app, names = Flask("shop"), Namespace()
    signals = [names.signal(f"step-{number}") for number in range(SIGNALS)]
    connect(signals, receivers)

    @app.get("/orders/<int:order>")
    def show(order: int) -> str:
        for signal in signals:
            signal.send(app, order=order)
        return "shown"

    return app


def django_application(receivers: int) -> Application:
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.dispatch import Signal
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="none", USE_I18N=False)
    django.setup()
    signals = [Signal() for _ in range(SIGNALS)]
    connect(signals, receivers)

    def show(request: HttpRequest, order: int) -> HttpResponse:
        for signal in signals:
            signal.send(sender=WSGIHandler, order=order)
        return HttpResponse("shown")

    globals()["urlpatterns"] = [path("orders/<int:order>", show)]
    return WSGIHandler()


def ask(application: Application, requests: int) -> None:
    """So many requests, as a server of WSGI makes them of what came in."""

    def start_response(status: str, _: list[tuple[str, str]], __: Any = None) -> None:
        assert status == "200 OK", status

    for _ in range(requests):
        response = application(dict(ENVIRON), start_response)
        assert b"".join(response) == b"shown"
        response.close()


def main() -> None:
    make = {"flask": flask_application, "django": django_application}[sys.argv[1]]
    application = make(int(sys.argv[2]))
    tracer: Any = None
    if "viztracer" in sys.argv[3:]:
        from viztracer import VizTracer

        tracer = VizTracer(verbose=0)
    for line in sys.stdin:
        if tracer is not None:
            tracer.start()
        began = time.process_time_ns()
        ask(application, int(line))
        taken = time.process_time_ns() - began
        if tracer is not None:
            tracer.stop()
            tracer.clear()
        print(taken, flush=True)


if __name__ == "__main__":
    main()
