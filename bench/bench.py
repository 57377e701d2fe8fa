"""How long `iac` takes, and how much memory, beside the AWS CLI on the same sandbox: `make bench`.

Whole processes are measured, as a user waits for them. Each method of `Bench` is one comparison; another is one more
method, and its line in `main`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cloud
import compare
import relay

MANY = 1500
# How long a call to a distant region takes, in seconds; AWS takes about as long for a page of its catalogue.
DISTANT = 1.0
# The same for a call that AWS answers at once.
NEAR = 0.1
# How often an environment is made and taken away: most of that is waiting.
LIVES = 3
BY_HAND = Path(__file__).resolve().parent / "by_hand.sh"


class Bench:
    """The two programs, the cloud they ask and how often they are run."""

    def __init__(self, iac: str, aws: str, there: cloud.Cloud, home: str, count: int) -> None:
        self.iac, self.aws, self.there, self.count = iac, aws, there, count
        self.environment = there.environment(home)

    def starting(self) -> Iterator[compare.Row]:
        """What every use pays before it begins."""
        usage = compare.alone([self.iac, "--help"], self.environment, 10 * self.count)
        yield compare.own_row("--help: time", usage, compare.at_most(0.010, "10 ms"))

    def side_by_side(self, command: str, most: float) -> Iterator[compare.Row]:
        """A command that asks for much, beside the slowest of its calls: none of them waits for another."""
        with relay.started(self.there.endpoint, DISTANT) as between:
            environment = {
                **self.environment,
                "AWS_ENDPOINT_URL": between.endpoint,
                "BKY_IAC_SECRETS_FOLDER": self.environment["HOME"],
                "BKY_IAC_KEY_NAME": "bench",
            }
            usage = compare.alone([self.iac, command, "--output", "json"], environment, self.count)
            slowest = between.slowest_alone()
        goal = compare.at_most(most * slowest, f"{most:g} times its slowest call, {compare.seconds(slowest)}")
        yield compare.own_row(f"{command}: time, {DISTANT:g} s a call", usage, goal)

    def planning(self) -> Iterator[compare.Row]:
        """What there is of an environment, compared with what is wanted, where every call takes a while."""
        self._ours(self.there.endpoint, "up", "--yes", "--wait", "none")
        with relay.started(self.there.endpoint, NEAR) as between:
            environment = self._wanted(between.endpoint)
            usage = compare.alone([self.iac, "plan", "--check", "--output", "json"], environment, self.count)
        self._ours(self.there.endpoint, "down", "--yes")
        yield compare.own_row(f"plan: time, {NEAR:g} s a call", usage, compare.at_most(0.5, "0.5 s"))

    def living(self) -> Iterator[compare.Row]:
        """An environment made, looked at and taken away, beside a script of the AWS CLI that does the same."""
        ours = {"up": ["up", "--yes", "--wait", "running"], "status": ["status"], "down": ["down", "--yes"]}
        taken: dict[str, list[tuple[compare.Usage, compare.Usage]]] = {step: [] for step in ours}
        for _ in range(min(self.count, LIVES) + 1):
            usages = {step: self._ours(self.there.endpoint, *words) for step, words in ours.items()}
            for step, usage in usages.items():
                by_hand = compare.run_once([str(BY_HAND), step], {**self._wanted(self.there.endpoint), "AWS": self.aws})
                taken[step].append((usage, by_hand))
        for step, pairs in taken.items():
            yield compare.ratio_row(f"{step}: time, beside a script", *zip(*pairs[1:], strict=True))

    def _ours(self, endpoint: str, *words: str) -> compare.Usage:
        return compare.run_once([self.iac, *words, "--output", "json"], self._wanted(endpoint))

    def _wanted(self, endpoint: str) -> dict[str, str]:
        """Returns the environment of a program that is to make an environment named `bench`."""
        names = {f"BKY_IAC_{key}": "bench" for key in ("INSTANCE_NAME", "KEY_NAME", "SECURITY_GROUP")}
        return {
            **self.environment,
            **names,
            "PATH": os.environ["PATH"],
            "AWS_ENDPOINT_URL": endpoint,
            "BKY_IAC_PUBLIC_IP_URL": f"{endpoint}/sandbox/public-ip",
            "BKY_IAC_SECRETS_FOLDER": f"{self.environment['HOME']}/secrets",
        }

    def listing(self, instances: int, faster: compare.Goal, memory: compare.Goal) -> Iterator[compare.Row]:
        """The instances of a region, as JSON."""
        self.there.grow(instances)
        ours = [self.iac, "instance", "list", "--output", "json"]
        theirs = [self.aws, "ec2", "describe-instances", "--output", "json"]
        taken = compare.pairs(ours, theirs, self.environment, self.count)
        name = f"list of {instances:,} instance{'s' if instances > 1 else ''}"
        yield from compare.rows(name, *taken, wall=faster, memory=memory)


def arguments() -> argparse.Namespace:
    """Returns what was typed."""
    parser = argparse.ArgumentParser(prog="bench/bench.py", description="Measures `iac` beside the AWS CLI.")
    parser.add_argument("--iac", required=True, help="the `iac` to measure, built with --release")
    parser.add_argument("--aws", required=True, help="the AWS CLI to measure it against")
    parser.add_argument("--pairs", type=int, default=9, help="how many pairs of runs a median is of (default: 9)")
    typed = parser.parse_args()
    if typed.pairs < 1:
        parser.error("--pairs must be at least 1")
    return typed


def main() -> None:
    """Measures everything and prints one table; of what fails, such as on a machine too busy, nothing is in it."""
    typed = arguments()
    iac, aws = str(Path(typed.iac).resolve()), str(Path(typed.aws).absolute())
    found: list[compare.Row] = []
    failed: list[str] = []
    with cloud.started() as there, tempfile.TemporaryDirectory() as home:
        bench = Bench(iac, aws, there, home, typed.pairs)
        comparisons = {
            "--help": bench.starting(),
            "types": bench.side_by_side("types", 1.3),
            "doctor": bench.side_by_side("doctor", 1.3),
            "plan": bench.planning(),
            "up, status, down": bench.living(),
            "a list of one": bench.listing(1, compare.times_better(20), compare.at_most(25e6, "25 MB")),
            f"a list of {MANY:,}, after as many launches": bench.listing(
                MANY, compare.times_better(1), compare.at_most(60e6, "60 MB")
            ),
        }
        for what, rows in comparisons.items():
            print(f"measuring {what}", file=sys.stderr, flush=True)
            try:
                found += list(rows)
            except compare.ProgramFailed as failure:
                failed.append(f"error: {what}: {failure}")
    print(f"\nmedians of {typed.pairs} pairs of whole processes, {platform.machine()} {platform.system()}\n")
    print(compare.table(found, "AWS CLI"))
    sys.exit("\n".join(failed) or None)


main()
