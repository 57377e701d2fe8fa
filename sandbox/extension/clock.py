"""The sandbox's one clock: everything that takes time is counted in sandbox seconds.

A test run makes a sandbox second short. Where a test needs an order of events, what takes for ever happens when
`hasten` says so. One thread runs what is due, under the lock that requests hold too, so that an instance changes its
state without being looked at and never in the middle of an answer.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable


class Clock:
    """Runs actions after a number of sandbox seconds."""

    def __init__(self, second: float, lock: threading.RLock) -> None:
        self.second = second
        self._lock = lock
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="sandbox-clock", daemon=True).start()

    def now(self) -> float:
        """Returns the sandbox seconds since an arbitrary moment; it never goes back."""
        return time.monotonic() / self.second

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Runs `action` once, `seconds` sandbox seconds from now."""
        with self._changed:
            heapq.heappush(self._due, (self.now() + seconds, next(self._order), action))
            self._changed.notify()

    def forget(self) -> None:
        """Drops everything that is still to be done."""
        with self._changed:
            self._due.clear()

    def hasten(self) -> None:
        """Does at once what is still to be done, in its order; what follows from that takes its own time again."""
        with self._lock:
            with self._changed:
                waiting = sorted(self._due)
                self._due.clear()
            for _, _, action in waiting:
                _perform(action)

    def _run(self) -> None:
        while True:
            self._wait_until_due()
            # The lock first, then the action: a reset that holds the lock has emptied the list when it lets go.
            with self._lock:
                action = self._take()
                if action is not None:
                    _perform(action)

    def _wait_until_due(self) -> None:
        with self._changed:
            while not self._due or self._due[0][0] > self.now():
                left = (self._due[0][0] - self.now()) * self.second if self._due else None
                self._changed.wait(left)

    def _take(self) -> Callable[[], None] | None:
        with self._changed:
            if self._due and self._due[0][0] <= self.now():
                return heapq.heappop(self._due)[2]
            return None


def _perform(action: Callable[[], None]) -> None:
    try:
        action()
    except Exception:
        logging.exception("an action of the sandbox's clock failed")
