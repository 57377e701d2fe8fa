"""The sandbox's own pages: what a test sets, and the service that tells a caller its public address.

`/sandbox/public-ip` answers as https://checkip.amazonaws.com does: an address and a line feed, as text.
`/sandbox/settings` is read with GET and merged with POST. A POST to `/sandbox/users` makes a user with policies, one to
`/sandbox/hasten` lets happen at once what takes its time.
"""

from __future__ import annotations

import json

from werkzeug.wrappers import Request, Response

from .world import world


def answer(request: Request) -> Response:
    """Answers a request to a page under `/sandbox/`."""
    if request.path == "/sandbox/public-ip" and request.method == "GET":
        settings = world.settings
        return Response(f"{settings.public_ip}\n", settings.public_ip_status, mimetype="text/plain")
    if request.path == "/sandbox/settings" and request.method in ("GET", "POST"):
        return _settings(request)
    if request.path == "/sandbox/users" and request.method == "POST":
        return _users(request)
    if request.path == "/sandbox/hasten" and request.method == "POST":
        world.clock.hasten()
        return _document({})
    return _document({"error": f"there is no page {request.method} {request.path}"}, 404)


def _settings(request: Request) -> Response:
    if request.method == "POST":
        try:
            changes = json.loads(request.get_data())
            if not isinstance(changes, dict):
                raise ValueError("the settings are a JSON object")
            with world.lock:
                world.settings = world.settings.merged(changes)
        except ValueError as mistake:
            return _document({"error": str(mistake)}, 400)
    return _document(world.settings.as_document())


def _users(request: Request) -> Response:
    try:
        with world.lock:
            user = world.users.make(json.loads(request.get_data()))
    except ValueError as mistake:
        return _document({"error": str(mistake)}, 400)
    return _document({"access_key_id": user.access_key_id})


def _document(document: dict[str, object], status: int = 200) -> Response:
    return Response(json.dumps(document) + "\n", status, mimetype="application/json")
