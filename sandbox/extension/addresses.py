"""Public addresses: every running instance has one of 127/8, and all listen on the server's one SSH port.

An address is held by a socket that is bound from launch to stop and listens only while SSH answers, so two servers
on one machine can never hand out the same address and port. The public name of an instance is its address as text:
no name server is needed.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
"""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.utils import generate_dns_from_ip

from .around import around, replace_function
from .world import world

OCTETS = range(100, 255)


class Addresses:
    """The addresses of one server; `port` is the SSH port of all of them."""

    def __init__(self, port: int) -> None:
        # Held for the life of the server: the port is ours on 127.0.0.1, and no other server picks it.
        self._reservation = socket.socket()
        self._reservation.bind(("127.0.0.1", port))
        self.port: int = self._reservation.getsockname()[1]
        self._fresh = self._sequence()
        self._taken: dict[str, socket.socket] = {}
        self._returned: list[str] = []

    def take(self) -> str:
        """Returns an address that nothing else has: a new one, or on request the one returned last."""
        if world.settings.addresses == "recycled" and self._returned:
            address = self._returned.pop()
            # Its former connections may still be in TIME_WAIT.
            self._taken[address] = self._bound(address, reuse=True)
            return address
        for address in self._fresh:
            try:
                self._taken[address] = self._bound(address, reuse=False)
            except OSError:
                continue
            return address
        raise LookupError("all addresses of 127/8 are taken")

    def give_back(self, address: str) -> None:
        """Lets an address go; nothing answers there any more."""
        held = self._taken.pop(address, None)
        if held is not None:
            held.close()
            self._returned.append(address)

    def socket(self, address: str) -> socket.socket | None:
        """Returns the bound socket of an address."""
        return self._taken.get(address)

    def clear(self) -> None:
        """Lets every address go."""
        for address in list(self._taken):
            self.give_back(address)
        self._returned.clear()

    def _bound(self, address: str, reuse: bool) -> socket.socket:
        bound = socket.socket()
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(reuse))
            bound.bind((address, self.port))
            # Passed on to accepted connections, so that a recycled address can be bound again.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        except OSError:
            bound.close()
            raise
        return bound

    @staticmethod
    def _sequence() -> Iterator[str]:
        """Every address once, from anywhere on. All are equally wide, so that a table looks the same in every run."""
        size = len(OCTETS)
        start = random.randrange(size * size) * size
        for offset in range(size**3):
            upper, last = divmod((start + offset) % size**3, size)
            first, middle = divmod(upper, size)
            yield f"127.{OCTETS[first]}.{OCTETS[middle]}.{OCTETS[last]}"


def _take(_original: Any, interface: Any) -> None:
    if interface.public_ip_auto_assign and str(interface.public_ip_auto_assign).lower() == "true":
        interface.public_ip = world.hosts.addresses.take()


def _stop(original: Any, interface: Any) -> None:
    address = interface.public_ip
    original(interface)
    if address and not interface.public_ip:
        world.hosts.addresses.give_back(address)


def _name(address: Any, dns_type: str = "internal") -> str:
    return str(address) if str(address).startswith("127.") else generate_dns_from_ip(address, dns_type)


def install() -> None:
    """Gives instances addresses that can be reached."""
    around(NetworkInterface, "check_auto_public_ip", _take)
    around(NetworkInterface, "stop", _stop)
    Instance.public_dns_name = property(lambda instance: instance.public_ip or None)
    replace_function(generate_dns_from_ip, _name)
