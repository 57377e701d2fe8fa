"""Route 53 refuses a batch that creates a record that is there, or deletes one that is not.

moto compares the request with its journal of requests, so it lets both through.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

from typing import Any

from moto.route53.exceptions import ResourceRecordAlreadyExists, Route53ClientError
from moto.route53.models import Route53Backend

from .around import around


def _change(original: Any, backend: Any, zone_id: str, changes: list[dict[str, Any]]) -> None:
    zone = backend.get_hosted_zone(zone_id)
    there = {_identity(each.name, each.type, each.set_identifier): _values(each) for each in zone.rrsets}
    for change in changes:
        record = change["ResourceRecordSet"]
        identity = _identity(record["Name"], record["Type"], record.get("SetIdentifier"))
        wanted = (int(record.get("TTL") or 0), sorted(each["Value"] for each in record.get("ResourceRecords", [])))
        if change["Action"] == "CREATE" and identity in there:
            raise ResourceRecordAlreadyExists(identity[0], identity[1])
        if change["Action"] == "DELETE":
            _check_deleted(identity, wanted, there)
            del there[identity]
        else:
            there[identity] = wanted
    original(backend, zone_id, changes)


def _check_deleted(identity: tuple[str, str, Any], wanted: Any, there: dict[Any, Any]) -> None:
    reason = None
    if identity not in there:
        reason = "was not found"
    elif there[identity] != wanted:
        reason = "does not match the current values"
    if reason:
        message = f"Tried to delete resource record set [name='{identity[0]}', type='{identity[1]}'] but it {reason}"
        raise Route53ClientError("InvalidChangeBatch", message)


def _identity(name: str, kind: str, set_identifier: str | None) -> tuple[str, str, str | None]:
    return name.rstrip(".").lower() + ".", kind, set_identifier or None


def _values(record: Any) -> tuple[int, list[str]]:
    return int(record.ttl or 0), sorted(record.records)


def install() -> None:
    """Makes change batches fail as Route 53's do."""
    around(Route53Backend, "change_resource_record_sets", _change)
