"""The images of a region: the Amazon Linux ones that AWS's public parameters name.

moto loads 1,300 images with a snapshot each whenever a region is first used after a reset, which takes a second.
The ones that SSM's public parameters name are enough, and an unknown image is an error.
https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
"""

from __future__ import annotations

import functools
from typing import Any

from moto import settings
from moto.core.parse import default_timestamp_parser
from moto.ec2.models.amis import Ami, AmiBackend
from moto.utilities.utils import load_resource

from .around import around


@functools.lru_cache
def _of_region(region: str) -> list[dict[str, Any]]:
    try:
        found = load_resource(f"ec2/resources/latest_amis/{region}.json")
    except FileNotFoundError:
        return []
    for image in found:
        image["owner_alias"] = "amazon"
        if image.get("creation_date"):
            image["creation_date"] = default_timestamp_parser(image["creation_date"])
    return found


def _load_images(_original: Any, backend: Any) -> None:
    for image in _of_region(backend.region_name):
        backend.amis[image["ami_id"]] = Ami(backend, **image)


def install() -> None:
    """Makes a region know its public images only, and launches refuse the others."""
    around(AmiBackend, "_load_amis", _load_images)
    settings.ENABLE_AMI_VALIDATION = True
