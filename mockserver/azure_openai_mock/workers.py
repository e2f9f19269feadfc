"""Several processes on one socket and one store. One that dies is replaced; the end of the first one's process ends them all."""

from __future__ import annotations

import os
import signal
import struct
import sys
import threading
from collections.abc import Callable
from typing import Any

from .process import STOPPING, Unservable, stopped_by_signals
from .world import monotonic

TOO_SOON = 1.0
"""Seconds: a worker that lives less long was not stopped by chance."""
UNSERVABLE = 2
"""The status of a worker that could not start and has said why."""


class Workers:
    """The processes. Each tells through a pipe how many requests it served."""

    def __init__(self, work: Callable[[bool], int]) -> None:
        self._work = work
        self._born: dict[int, float] = {}
        self._reading, self._writing = os.pipe()
        self._lives, self._living = os.pipe()
        self._stopping = False
        self._served = 0

    def run(self, number: int) -> int:
        """Start that many, replace those that die, and return what all have served. Raises Unservable where none can live."""
        with stopped_by_signals(self._stop):
            for index in range(number):
                self._start(first=index == 0)
            while self._born:
                self._bury(*os.wait())
        os.close(self._writing)
        while counted := os.read(self._reading, 8):
            self._served += struct.unpack("Q", counted)[0]
        for each in (self._reading, self._lives, self._living):
            os.close(each)
        return self._served

    def _stop(self, number: int, frame: Any) -> None:
        self._stopping = True
        for process in list(self._born):
            os.kill(process, signal.SIGTERM)

    def _start(self, *, first: bool) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # a stop between the birth and its entry here would be lost
        process = os.fork()
        if not process:
            self._live(first=first)
        self._born[process] = monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def _live(self, *, first: bool) -> None:
        status = 1
        try:
            os.close(self._living)
            threading.Thread(target=self._end_with_the_first, daemon=True).start()
            for each in STOPPING:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            os.write(self._writing, struct.pack("Q", self._work(first)))
            status = 0
        except Unservable as problem:
            sys.stderr.write(f"azure-openai-mock: {problem}\n")
            status = UNSERVABLE
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _end_with_the_first(self) -> None:
        """Wait for the end of the pipe, which nobody writes to and only the first process holds: it died, perhaps without a word."""
        os.read(self._lives, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _bury(self, process: int, status: int) -> None:
        lived = monotonic() - self._born.pop(process, 0.0)
        if self._stopping:
            return
        ended = os.waitstatus_to_exitcode(status)
        if ended == UNSERVABLE or lived < TOO_SOON:
            self._stop(signal.SIGTERM, None)
            while self._born:
                self._born.pop(os.wait()[0], None)
            raise Unservable(f"a worker ended as soon as it had begun (status {ended})")
        sys.stderr.write(f"azure-openai-mock: worker {process} ended with status {ended}; another takes its place\n")
        self._start(first=False)


def run_workers(number: int, work: Callable[[bool], int]) -> int:
    """`work(first)` in that many processes until a signal stops them; the sum of what they return."""
    return Workers(work).run(number)
