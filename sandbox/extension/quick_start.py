"""Makes moto start sooner; to be called before moto's EC2 is imported.

moto asks botocore for the regions of each service with a new session every time, and each session reads the same
large files again; and it reads the offers of all regions, of which a test needs one. The answers are the same.
"""

from __future__ import annotations

import functools
from typing import Any

import botocore.loaders
import moto.utilities.utils as resources

OFFERS = "ec2/resources/instance_type_offerings/"

_load_resource = resources.load_resource


class _Offers(dict[str, Any]):
    """The offers of every region by zone or by region, each read when it is first asked for."""

    def __init__(self, location_type: str) -> None:
        super().__init__()
        self._location_type = location_type

    def __missing__(self, region: str) -> list[dict[str, str]]:
        try:
            found = _load_resource(f"{OFFERS}{self._location_type}/{region}.json")
        except FileNotFoundError:
            found = []
        self[region] = [{**offer, "LocationType": self._location_type} for offer in found]
        return self[region]

    def get(self, region: str, default: Any = None) -> Any:
        return self[region] or default


def _share_loaded_files() -> None:
    read = functools.lru_cache(botocore.loaders.JSONFileLoader().load_file)
    botocore.loaders.JSONFileLoader.load_file = lambda _loader, path: read(path)


def _read_offers_late() -> None:
    resources.load_resource = lambda name: [] if name.startswith(OFFERS) else _load_resource(name)
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

    resources.load_resource = _load_resource
    for location_type in INSTANCE_TYPE_OFFERINGS:
        INSTANCE_TYPE_OFFERINGS[location_type] = _Offers(location_type)


def prepare() -> None:
    """Lets moto's EC2 be imported without reading what no test asks for."""
    _share_loaded_files()
    _read_offers_late()
