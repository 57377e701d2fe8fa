"""moto's `/moto-api/data.json`, with what there is.

moto lists every object that was made since the reset: a key pair stays there after DeleteKeyPair, and what is made
while a reset goes on is forgotten. Tests compare the list before and after, so it holds what AWS would still know.
Terminated instances stay, as AWS lists them for a while. EC2's backend is left out, which holds moto's own tables:
3.5 MB that take a tenth of a second to write, and longer to read.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from moto.core.model_instances import model_data
from moto.ec2.models import ec2_backends
from moto.moto_api._internal.responses import MotoAPIResponse
from moto.route53.models import route53_backends

from .around import around


def _known_to_ec2(backend: Any) -> dict[str, Iterable[Any]]:
    groups = list(itertools.chain.from_iterable(each.values() for each in backend.groups.values()))
    volumes = list(backend.volumes.values())
    return {
        "KeyPair": backend.key_pairs.values(),
        "NetworkInterface": backend.enis.values(),
        "SecurityGroup": groups,
        "SecurityGroupRule": itertools.chain.from_iterable(
            [*each.ingress_rules, *each.egress_rules] for each in groups
        ),
        "Volume": volumes,
        "VolumeAttachment": [volume.attachment for volume in volumes if volume.attachment],
        "Snapshot": backend.snapshots.values(),
    }


def _keep(service: str, known: dict[str, list[Any]]) -> None:
    for name, resources in known.items():
        model_data[service][name].instances_tracked = resources


def _model_data(original: Any, *args: Any) -> Any:
    known: dict[str, list[Any]] = {}
    for _, _, backend in ec2_backends.iter_backends():
        for name, resources in _known_to_ec2(backend).items():
            known.setdefault(name, []).extend(resources)
    _keep("ec2", known | {"EC2Backend": []})
    zones = [zone for _, _, backend in route53_backends.iter_backends() for zone in backend.zones.values()]
    _keep("route53", {"FakeZone": zones, "RecordSet": [record for zone in zones for record in zone.rrsets]})
    return original(*args)


def install() -> None:
    """Makes moto's list of what was made one of what there is."""
    around(MotoAPIResponse, "model_data", _model_data)
