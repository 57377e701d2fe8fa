"""A really started sandbox, reset before every test, and what a test needs to speak with it.

Nothing here knows the extension's code: the tests go through HTTP and SSH alone.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

SANDBOX = Path(__file__).resolve().parent.parent
# How long a sandbox second takes here: nothing may depend on it.
SECOND = os.environ.get("SANDBOX_SECOND", "0.05")
# Nothing that is waited for takes longer unless it hangs.
LONGEST = 120.0
# A number of sandbox seconds that no test outlives; `hasten` ends it.
NEVER = 1e9
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


class Sandbox:
    """One started server."""

    def __init__(self, *arguments: str, before: tuple[str, ...] = ()) -> None:
        command = [*before, str(SANDBOX / "serve"), "--second", SECOND, "--until-stdin-closes", *arguments]
        # A profile that does not exist: what this user's AWS tools read must be nothing to the server.
        environment = {**os.environ, "AWS_PROFILE": "nobody-has-this"}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        # One that hangs before it answers is ended, and then its line is empty.
        hangs = threading.Timer(LONGEST, self.process.kill)
        hangs.start()
        ready = json.loads(self.process.stdout.readline())
        hangs.cancel()
        self.endpoint, self.public_ip_url = ready["endpoint"], ready["public_ip_url"]
        self.ssh_port, self.state = ready["ssh_port"], Path(ready["state"])
        self.images: dict[str, str] = {}

    @functools.lru_cache  # noqa: B019 - a server lives as long as the tests
    def client(self, service: str, region: str = "us-east-1") -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"max_attempts": 0}),
        )

    def request(self, path: str, document: Any = None, method: str | None = None) -> tuple[int, str]:
        data = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.endpoint + path, data, method=method or ("POST" if data else "GET"))
        try:
            with urllib.request.urlopen(request, timeout=LONGEST) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def set(self, **settings: Any) -> None:
        status, text = self.request("/sandbox/settings", settings)
        assert status == 200, text

    def hasten(self) -> None:
        """Lets happen what is waited for."""
        assert self.request("/sandbox/hasten", method="POST")[0] == 200

    def reset(self) -> None:
        assert self.request("/moto-api/reset", method="POST")[0] == 200

    def image(self, parameter: str = PARAMETER) -> str:
        if parameter not in self.images:
            self.images[parameter] = self.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
        return self.images[parameter]

    def launch(self, **changes: Any) -> dict[str, Any]:
        wish = {"ImageId": self.image(), "InstanceType": "c6a.xlarge", "MinCount": 1, "MaxCount": 1, **changes}
        return self.client("ec2").run_instances(**wish)["Instances"][0]

    def instance(self, name: str) -> dict[str, Any]:
        return self.client("ec2").describe_instances(InstanceIds=[name])["Reservations"][0]["Instances"][0]

    def state_of(self, name: str) -> str:
        return self.instance(name)["State"]["Name"]

    def wait(self, name: str, state: str) -> dict[str, Any]:
        until(lambda: self.state_of(name) == state, f"{name} is {state}")
        return self.instance(name)

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(LONGEST)
        self.process.stdout.close()


class Key:
    """A key pair made here and imported, and OpenSSH with nothing of this machine's configuration."""

    def __init__(self, sandbox: Sandbox, folder: Path, kind: str = "ed25519") -> None:
        self.sandbox, self.file, self.name = sandbox, folder / f"key-{kind}", f"pair-{kind}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", self.file], check=True)
        self.public = self.file.with_suffix(".pub").read_text().strip()
        self.imported = sandbox.client("ec2").import_key_pair(KeyName=self.name, PublicKeyMaterial=self.public.encode())

    def options(self, *more: str) -> list[str]:
        checks = more or ("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null")
        return [
            "-F",
            "none",
            "-i",
            str(self.file),
            "-oBatchMode=yes",
            "-oConnectTimeout=60",
            "-oLogLevel=ERROR",
            *checks,
        ]

    def ssh(self, address: str, command: str, *more: str) -> subprocess.CompletedProcess[str]:
        port = ["-p", str(self.sandbox.ssh_port)]
        line = ["ssh", *self.options(*more), *port, f"ec2-user@{address}", command]
        return subprocess.run(
            line, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=LONGEST
        )

    def wait_for_ssh(self, address: str) -> None:
        until(lambda: self.ssh(address, "true").returncode == 0, f"SSH answers at {address}")


def until(condition: Callable[[], bool], what: str, limit: float = LONGEST) -> None:
    """Returns when the condition holds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def refused(code: str, call: Callable[..., Any], **arguments: Any) -> ClientError:
    """Makes a call that AWS refuses with that code."""
    with pytest.raises(ClientError) as failure:
        call(**arguments)
    assert failure.value.response["Error"]["Code"] == code, failure.value
    return failure.value


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    started = Sandbox()
    yield started
    started.end()


@pytest.fixture
def sandbox(server: Sandbox) -> Iterator[Sandbox]:
    yield server
    server.reset()


@pytest.fixture
def ec2(sandbox: Sandbox) -> Any:
    return sandbox.client("ec2")


@pytest.fixture
def key(sandbox: Sandbox, tmp_path: Path) -> Key:
    return Key(sandbox, tmp_path)
