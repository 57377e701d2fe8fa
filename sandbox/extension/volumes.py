"""Root volumes: what a launch leaves out comes from the image, and the root volume goes with its instance.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/RootDeviceStorage.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.instances import Instance
from moto.ec2.responses.instances import InstanceResponse

from .around import around

# What an Amazon Linux 2023 image says of its root volume.
FROM_IMAGE = {"VolumeSize": 8, "VolumeType": "gp3", "DeleteOnTermination": True}


def _run_instances(original: Any, response: Any) -> ActionResult:
    mappings = response._get_param("BlockDeviceMappings", [])
    images = response.ec2_backend.describe_images(ami_ids=[response._get_param("ImageId")])
    root = images[0].root_device_name if images else None
    for mapping in mappings:
        if mapping.get("DeviceName") == root and "NoDevice" not in mapping:
            mapping["Ebs"] = {**FROM_IMAGE, **mapping.get("Ebs", {})}
    if mappings and root not in [mapping.get("DeviceName") for mapping in mappings]:
        mappings.insert(0, {"DeviceName": root, "Ebs": dict(FROM_IMAGE)})
    return original(response)


def _root_volume(_original: Any, instance: Any) -> None:
    """Makes the root volume of a launch that says nothing of volumes; moto's is called `/dev/sda1`."""
    volume = instance.ec2_backend.create_volume(
        size=FROM_IMAGE["VolumeSize"],
        zone_name=instance.placement.zone,
        volume_type=FROM_IMAGE["VolumeType"],
    )
    instance.ec2_backend.attach_volume(volume.id, instance.id, instance.root_device_name, True)


def _attach(original: Any, backend: Any, *arguments: Any, **named: Any) -> Any:
    """Says of the attachment too whether the volume goes with the instance; moto says it of the instance alone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VolumeAttachment.html
    """
    attachment = original(backend, *arguments, **named)
    if attachment:
        attachment.delete_on_termination = attachment.instance.block_device_mapping[
            attachment.device
        ].delete_on_termination
    return attachment


def install() -> None:
    """Completes the block device mapping of launches, and what volumes say of their attachment."""
    around(EBSBackend, "attach_volume", _attach)
    around(InstanceResponse, "run_instances", _run_instances)
    around(Instance, "setup_defaults", _root_volume)
