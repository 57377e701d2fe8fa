"""What is measured of two programs that do the same, and the table it becomes.

A goal is printed beside what was found, met or not met; nothing is asserted, since a figure of a busy machine proves
nothing.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

MEASURE = Path(__file__).resolve().parent / "measure.py"


class ProgramFailed(Exception):
    """A program that was to be measured failed, in its own words."""


@dataclass(frozen=True)
class Usage:
    """What one run of a program took: seconds, seconds of processor time, bytes at the peak."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Goal:
    """What a row should reach."""

    text: str
    met: Callable[[float], bool]


def at_most(limit: float, text: str) -> Goal:
    """Returns the goal that our own figure stays below a limit."""
    return Goal(f"under {text}", lambda figure: figure < limit)


def times_better(factor: float) -> Goal:
    """Returns the goal that the other program needs so many times as much."""
    text = "never more" if factor == 1 else f"{factor:g} times less"
    return Goal(text, lambda ratio: ratio >= factor)


@dataclass(frozen=True)
class Row:
    """One line of the table: a figure of ours, the same of the other program, and what is wanted of them."""

    what: str
    ours: str
    theirs: str
    ratio: str
    goal: str
    verdict: str


def run_once(program: Sequence[str], environment: dict[str, str]) -> Usage:
    """Runs a program to its end, or raises ProgramFailed."""
    command = [sys.executable, "-I", "-S", str(MEASURE), *program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramFailed(f"`{' '.join(program)}` ended with {done.returncode}\n{done.stderr.strip()}")
    return Usage(**json.loads(done.stdout))


def alone(program: Sequence[str], environment: dict[str, str], runs: int) -> list[Usage]:
    """Runs a program again and again; a first run, which fills the caches, does not count."""
    return [run_once(program, environment) for _ in range(runs + 1)][1:]


def pairs(
    ours: Sequence[str], theirs: Sequence[str], environment: dict[str, str], count: int
) -> tuple[list[Usage], list[Usage]]:
    """Runs two programs in turn, so that what else the machine does falls on both; a first pair does not count."""
    taken = [(run_once(ours, environment), run_once(theirs, environment)) for _ in range(count + 1)][1:]
    return [each[0] for each in taken], [each[1] for each in taken]


def rows(
    what: str, ours: list[Usage], theirs: list[Usage], wall: Goal | None = None, memory: Goal | None = None
) -> list[Row]:
    """Returns wall time, processor time and memory of two programs; `wall` is a goal for the ratio."""
    return [
        _row(f"{what}: time", "wall", seconds, ours, theirs, ratio_goal=wall),
        _row("  processor time", "cpu", seconds, ours, theirs),
        _row("  memory at the peak", "memory", megabytes, ours, theirs, own_goal=memory),
    ]


def ratio_row(what: str, ours: Sequence[Usage], theirs: Sequence[Usage]) -> Row:
    """Returns the wall times of two programs and their ratio, without a goal."""
    return _row(what, "wall", seconds, ours, theirs)


def own_row(what: str, ours: list[Usage], goal: Goal) -> Row:
    """Returns the wall time of our program alone."""
    return _row(what, "wall", seconds, ours, None, own_goal=goal)


def _row(
    what: str,
    field: str,
    show: Callable[[float], str],
    ours: Sequence[Usage],
    theirs: Sequence[Usage] | None,
    ratio_goal: Goal | None = None,
    own_goal: Goal | None = None,
) -> Row:
    own = [getattr(usage, field) for usage in ours]
    others = [getattr(usage, field) for usage in theirs or []]
    # The median of the pairs' ratios, not the ratio of two medians: a slow moment falls on both of a pair.
    ratio = statistics.median(b / a for a, b in zip(own, others, strict=True)) if others else None
    goal = ratio_goal or own_goal
    figure = ratio if ratio_goal else statistics.median(own)
    return Row(
        what,
        show(statistics.median(own)),
        show(statistics.median(others)) if others else "",
        f"{ratio:.1f}" if ratio else "",
        goal.text if goal else "",
        ("met" if goal.met(figure) else "NOT MET") if goal else "",
    )


def seconds(value: float) -> str:
    """Returns a time as people read it."""
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def megabytes(value: float) -> str:
    """Returns a size in MB."""
    return f"{value / 1e6:.1f} MB"


def table(found: Sequence[Row], other: str) -> str:
    """Returns the rows under their headers."""
    cells = [["", "iac", other, "ratio", "goal", ""]]
    cells += [[row.what, row.ours, row.theirs, row.ratio, row.goal, row.verdict] for row in found]
    widths = [max(len(line[column]) for line in cells) for column in range(6)]

    def line(texts: list[str]) -> str:
        figures = [text.rjust(width) for text, width in zip(texts[1:4], widths[1:4], strict=True)]
        return "  ".join([texts[0].ljust(widths[0]), *figures, texts[4].ljust(widths[4]), texts[5]]).rstrip()

    return "\n".join(line(texts) for texts in cells)
