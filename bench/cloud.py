"""The sandbox that both programs ask: an AWS with as many instances as wanted, none of which answers SSH.

One second of it lasts a year, so an instance that runs never comes to the end of its boot, and no SSH server starts.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

ROOT = Path(__file__).resolve().parent.parent
REGION = "us-east-1"
NEVER = 1e9


class Cloud:
    """A running sandbox."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._ec2: Any = boto3.client(
            "ec2", REGION, endpoint_url=endpoint, aws_access_key_id="bench", aws_secret_access_key="bench"
        )
        self._count = 0
        settings = json.dumps({"pending": 0, "boot": NEVER}).encode()
        request = urllib.request.Request(
            f"{endpoint}/sandbox/settings", settings, {"content-type": "application/json"}, method="POST"
        )
        urllib.request.urlopen(request).close()

    def environment(self, home: str) -> dict[str, str]:
        """Returns the environment of a program that asks this cloud, and nothing of this user's."""
        return {
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PAGER": "",
        }

    def grow(self, count: int) -> None:
        """Launches until there are `count` instances, one a launch, each tagged as `iac` tags its own."""
        images = self._ec2.describe_images(Filters=[{"Name": "name", "Values": ["al2023-ami-2*x86_64"]}])["Images"]
        while self._count < count:
            name = f"bench-{self._count}"
            tags = {"Name": name, "ManagedBy": "iac", "bky:iac:environment": name}
            tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
            self._ec2.run_instances(
                ImageId=images[0]["ImageId"],
                InstanceType="c6a.xlarge",
                MinCount=1,
                MaxCount=1,
                EnclaveOptions={"Enabled": True},
                TagSpecifications=[{"ResourceType": "instance", "Tags": tag_list}],
            )
            self._count += 1


@contextlib.contextmanager
def started() -> Iterator[Cloud]:
    """Starts a sandbox, and ends it."""
    with tempfile.TemporaryDirectory() as state:
        command = [ROOT / "sandbox/serve", "--state", state, "--until-stdin-closes"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            yield Cloud(json.loads(server.stdout.readline())["endpoint"])
            server.stdin.close()
