"""A default VPC leads out: it has an internet gateway, and its main route table a default route to it.

moto's default VPC has the local route alone.
https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.vpcs import VPCBackend

from .around import around


def _create_vpc(original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
    vpc = original(backend, *args, **kwargs)
    if kwargs.get("is_default"):
        gateway = backend.create_internet_gateway()
        backend.attach_internet_gateway(gateway.id, vpc.id)
        (table,) = (table for table in backend.route_tables.values() if table.vpc_id == vpc.id)
        backend.create_route(table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
    return vpc


def install() -> None:
    """Gives default VPCs what AWS gives them."""
    around(VPCBackend, "create_vpc", _create_vpc)
