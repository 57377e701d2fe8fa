"""The whole application: moto's dispatcher with the extension laid around it, and our pages beside it.

One request at a time changes the world: moto's backends are plain dictionaries, and states that pass by the clock
change them as well.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.utils import get_service_model
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Request, Response

from . import (
    addresses,
    catalogue,
    console,
    default_vpc,
    dns,
    enclaves,
    groups,
    idempotency,
    images,
    lag,
    launches,
    listings,
    oracle,
    pages,
    patterns,
    quotas,
    rights,
    states,
    volumes,
)
from .world import world

# From the inside out: a request passes the last of these first.
PARTS = (
    patterns,
    images,
    catalogue,
    addresses,
    default_vpc,
    volumes,
    enclaves,
    states,
    launches,
    listings,
    groups,
    console,
    lag,
    idempotency,
    dns,
    quotas,
    oracle,
    rights,
)
# What every first command asks for; made before the server says that it is ready.
WARM = ("ec2", "ssm", "sts")


class Application:
    """A WSGI application that answers as AWS."""

    def __init__(self) -> None:
        for part in PARTS:
            part.install()
        self._moto = DomainDispatcherApplication(create_backend_app)
        for service in WARM:
            get_service_model(service)
            self._moto.app_instances[service] = create_backend_app(service)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/sandbox/"):
            return pages.answer(Request(environ))(environ, start_response)
        # Before the lock: a caller that stalls in the middle of its request holds nobody else.
        if not _read_body(environ):
            return Response("the request ended early\n", 400)(environ, start_response)
        with world.lock:
            if path == "/moto-api/reset" and environ["REQUEST_METHOD"] == "POST":
                world.reset()
            return list(self._moto(environ, start_response))


def _read_body(environ: dict[str, Any]) -> bool:
    """Puts the whole body into memory and tells whether it was whole; a torn request is not carried out."""
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
        whole = True
    else:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        whole = len(body) == length
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return whole
