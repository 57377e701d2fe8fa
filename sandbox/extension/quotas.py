"""EC2's vCPU quotas, which moto's Service Quotas does not know.

https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""

from __future__ import annotations

from typing import Any

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend

from .around import around

QUOTAS = {
    "L-1216C47A": ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 32.0),
    "L-DB2E81BA": ("Running On-Demand G and VT instances", 8.0),
    "L-7295265B": ("Running On-Demand X instances", 8.0),
}


def _document(backend: Any, code: str) -> dict[str, Any]:
    name, value = QUOTAS[code]
    return {
        "ServiceCode": "ec2",
        "ServiceName": "Amazon Elastic Compute Cloud (Amazon EC2)",
        "QuotaArn": f"arn:aws:servicequotas:{backend.region_name}:{backend.account_id}:ec2/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _get(original: Any, backend: Any, service_code: str, quota_code: str) -> dict[str, Any]:
    if service_code != "ec2":
        return original(backend, service_code, quota_code)
    if quota_code not in QUOTAS:
        raise NoSuchResource
    return _document(backend, quota_code)


def _list(original: Any, backend: Any, service_code: str) -> list[dict[str, Any]]:
    if service_code != "ec2":
        return original(backend, service_code)
    return [_document(backend, code) for code in QUOTAS]


def install() -> None:
    """Makes the vCPU quotas known."""
    around(ServiceQuotasBackend, "get_service_quota", _get)
    around(ServiceQuotasBackend, "list_aws_default_service_quotas", _list)
