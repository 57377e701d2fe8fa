"""IAM decides what a user of `/sandbox/users` asks for, before moto sees it; every other key may do everything.

moto's own check compares action names alone. How a refusal looks depends on the service.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

from .around import around
from .iam_policy import Asked, Decision, decide
from .rights_asked import Call
from .world import world

_AS_JSON = ("ssm", "servicequotas")
_WHY = {
    Decision.DENIED: "with an explicit deny in an identity-based policy",
    Decision.NOT_ALLOWED: "because no identity-based policy allows the {action} action",
}


def _dispatch(_: Any, response: Any, *request: Any) -> Any:
    """Reads the request, decides, and only then lets it through: also to what remembers the answers of others."""
    response.setup_class(*request)
    user = world.users.of(response.access_key)
    if user is None:
        return response.call_action()
    call = Call(response, user.name)
    for asked in call.asks():
        decision = decide(user.statements, asked)
        if decision is not Decision.ALLOWED:
            return _refusal(response, call, asked, decision)
    return response.call_action()


def _refusal(response: Any, call: Call, asked: Asked, decision: Decision) -> Any:
    """The answer of the service; what EC2 adds in code is for `sts:DecodeAuthorizationMessage`."""
    on = "" if asked.resource == "*" else f" on resource: {asked.resource}"
    why = _WHY[decision].format(action=asked.action)
    message = f"User: {call.user_arn} is not authorized to perform: {asked.action}{on} {why}"
    code = "AccessDenied"
    if call.service == "ec2":
        code = "UnauthorizedOperation"
        encoded = base64.b64encode(json.dumps({"action": asked.action, "resource": asked.resource}).encode()).decode()
        message = (
            f"You are not authorized to perform this operation. {message}. "
            f"Encoded authorization failure message: {encoded}"
        )
    elif call.service in _AS_JSON:
        code = "AccessDeniedException"
    # moto reads from an exception's module whose answer it is.
    kind = type("Refused", (ServiceException,), {"__module__": type(response).__module__})
    _, headers, body = response.serialized(ActionResult(kind(code, message)))
    headers, body = response._enrich_response(headers, body)
    return 400 if call.service in _AS_JSON else 403, headers, body


def install() -> None:
    """Lets IAM decide before a call is carried out."""
    around(BaseResponse, "_dispatch", _dispatch)
