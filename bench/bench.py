"""How long `iac` takes, and how much memory, beside the AWS CLI on the same sandbox: `make bench`.

Whole processes are measured, as a user waits for them. Each function below is one comparison; another is one more
function, and its line in `main`.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cloud
import compare

MANY = 1500


class Bench:
    """The two programs, the cloud they ask and how often they are run."""

    def __init__(self, iac: str, aws: str, there: cloud.Cloud, home: str, count: int) -> None:
        self.iac, self.aws, self.there, self.count = iac, aws, there, count
        self.environment = there.environment(home)

    def starting(self) -> Iterator[compare.Row]:
        """What every use pays before it begins."""
        usage = compare.alone([self.iac, "--help"], self.environment, 10 * self.count)
        yield compare.own_row("--help: time", usage, compare.at_most(0.010, "10 ms"))

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
    """Measures everything and prints one table."""
    typed = arguments()
    iac, aws = str(Path(typed.iac).resolve()), str(Path(typed.aws).absolute())
    found: list[compare.Row] = []
    with cloud.started() as there, tempfile.TemporaryDirectory() as home:
        bench = Bench(iac, aws, there, home, typed.pairs)
        found += _said("--help", bench.starting())
        found += _said("a list of one", bench.listing(1, compare.times_better(20), compare.at_most(25e6, "25 MB")))
        found += _said(
            f"a list of {MANY:,}, after as many launches",
            bench.listing(MANY, compare.times_better(1), compare.at_most(60e6, "60 MB")),
        )
    print(f"\nmedians of {typed.pairs} pairs of whole processes, {platform.machine()} {platform.system()}\n")
    print(compare.table(found, "AWS CLI"))


def _said(what: str, rows: Iterator[compare.Row]) -> Iterator[compare.Row]:
    """Tells what is being measured before it takes its time."""
    print(f"measuring {what}", file=sys.stderr, flush=True)
    yield from rows


main()
